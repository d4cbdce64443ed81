"""How a suite whose tests depend on one another is shared out to several processes so that none of that shows."""
