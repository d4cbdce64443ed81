"""The command line: the one place that turns errors into text and exit codes."""

from leakcheck.cli.main import main

__all__ = ["main"]
