"""Words and sentences that all reports share."""
