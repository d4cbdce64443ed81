"""Formats of the leak graph: every module here is one, with a class `Graph`."""
