"""A small service that keeps user accounts."""
