"""Each module holds one class `Hazard`."""
