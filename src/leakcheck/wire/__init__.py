"""What processes of one audit tell each other: typed messages, and one configuration."""
