"""The report that a user sees in the terminal after `leakcheck run` and `leakcheck report`.

What counts most comes last, where the eye is when the command has ended.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from rich.console import Console

from leakcheck.records import Result
from leakcheck.reports.terminal.brief import brief
from leakcheck.reports.terminal.fixes import advice, fixes, next_steps
from leakcheck.reports.terminal.gate import gate
from leakcheck.reports.terminal.harm import harm
from leakcheck.reports.terminal.hazards import hazards
from leakcheck.reports.terminal.other_leaks import certificate, leaks, notes, troubled, unexplained
from leakcheck.reports.terminal.page import SHORT, WHOLE, Color, Limits, Piece, console_for, emit, row
from leakcheck.reports.terminal.summary import made_with, orders, verdict
from leakcheck.reports.terminal.timing import timing

__all__ = ["Color", "Detail", "Report", "console_for"]

Detail = Literal["brief", "usual", "whole", "timing"]
"""The verdict with a line for each finding; what a person reads; the same with no list cut short; or where the time
of the audit went."""
Section = Callable[[Result], tuple[Piece, ...]]


def _sections(limits: Limits) -> tuple[Section, ...]:
    return (
        made_with,
        partial(harm, limits=limits),
        partial(leaks, limits=limits),
        partial(unexplained, limits=limits),
        partial(troubled, limits=limits),
        partial(hazards, limits=limits),
        advice,
        orders,
        partial(certificate, limits=limits),
        notes,
        partial(gate, limits=limits),
        _apart(verdict),
        partial(fixes, limits=limits),
        next_steps,
    )


def _apart(section: Section) -> Section:
    """A section without a title, a blank line above it."""
    return lambda result: (row(), *section(result))


_SECTIONS: Mapping[Detail, tuple[Section, ...]] = {
    "brief": (brief,),
    "usual": _sections(SHORT),
    "whole": _sections(WHOLE),
    "timing": (timing,),
}


class Report:
    """Sections below each other; a section with nothing to say is left out."""

    name = "terminal"
    help = "what the terminal shows, without colours."
    appends = False

    def render(self, result: Result) -> str:
        """The report as plain text, its prose 100 columns wide."""
        stream = io.StringIO()
        self.write(result, console_for(stream))
        return stream.getvalue()

    def write(self, result: Result, console: Console, detail: Detail = "usual") -> None:
        """Print the report on `console`, with its colours and in its encoding."""
        for part in _SECTIONS[detail]:
            emit(console, part(result))
