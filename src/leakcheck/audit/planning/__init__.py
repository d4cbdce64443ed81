"""The use case: a suite that leaks, run in several processes today."""
