"""Formats of a report: every module here is one, with a class `Report`."""
