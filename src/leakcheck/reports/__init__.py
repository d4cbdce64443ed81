"""Formats of a report: one format is one file.

Every module of `formats` holds one class `Report` that keeps to the contract below. A report renders a `Result` and
nothing else: it never reads an audit, never runs a test and writes no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from leakcheck.discovery import instances
from leakcheck.records import Result
from leakcheck.reports import formats as files


class Report(Protocol):
    """The contract of a format."""

    name: str
    """What a user calls the format: "json", "terminal". The command line offers it as `--<name> FILE`."""

    help: str
    """What follows "Write" in the help of that option, a noun and a full stop."""

    appends: bool
    """Whether the report is added to what its file holds, where others are written anew."""

    def render(self, result: Result) -> str:
        """The whole report, in characters that UTF-8 can hold. Equal results give equal text."""


def formats() -> Mapping[str, Report]:
    """An instance of every format in this package, by its name."""
    reports: list[Report] = instances(files, "Report")
    return {report.name: report for report in reports}
