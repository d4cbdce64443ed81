"""Kinds of state: every module here is one, with a class `Probe`."""
