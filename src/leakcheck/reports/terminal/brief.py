"""The terminal report in brief: the verdict, and a line for each finding as linters print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leakcheck.records import Result, Severity
from leakcheck.reports.terminal.page import Piece, row
from leakcheck.reports.terminal.summary import summary
from leakcheck.reports.wording.finding_stories import Story, counting, spot, stories, subject

_STYLES: Mapping[Severity, str] = {"error": "bold red", "warning": "bold yellow", "note": "bold blue"}


def brief(result: Result) -> tuple[Piece, ...]:
    """Lines like `tests/conftest.py:41: error LK101 5 tests fail after this leak: app.state.cache of shop:app`."""
    return (*map(_line, counting(stories(result))), replace(summary(result)[0], prose=False))


def _line(story: Story) -> Piece:
    finding = story.finding
    severity = (f"{finding.severity} {finding.code}", _STYLES[finding.severity])
    return row(f"{spot(story)}: ", severity, f" {subject(story)}")
