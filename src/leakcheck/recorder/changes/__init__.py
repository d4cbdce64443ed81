"""What tests and fixtures change: snapshots around each, and whose doing a difference is."""
