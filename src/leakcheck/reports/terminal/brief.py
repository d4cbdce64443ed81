"""The terminal report in brief: the verdict, and a line for each finding as linters print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leakcheck.records import Result, Severity
from leakcheck.reports.terminal.page import Piece, whole
from leakcheck.reports.terminal.summary import verdict
from leakcheck.reports.wording.finding_stories import Story, counting, spot, stories, subject

_STYLES: Mapping[Severity, str] = {"error": "bold red", "warning": "bold yellow", "note": "bold blue"}


def brief(result: Result) -> tuple[Piece, ...]:
    """Lines like `tests/conftest.py:41: error: 5 tests fail after this leak: app.state.x of shop:app [LK101]`."""
    return (*map(_line, counting(stories(result))), replace(verdict(result)[0], form="whole"))


def _line(story: Story) -> Piece:
    finding = story.finding
    severity = (f"{finding.severity}:", _STYLES[finding.severity])
    return whole(f"{spot(story)}: ", severity, f" {subject(story)} ", (f"[{finding.code}]", "dim"))
