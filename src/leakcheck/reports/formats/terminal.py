"""The report that a user sees in the terminal after `leakcheck run` and `leakcheck report`."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from rich.console import Console

from leakcheck.records import Result
from leakcheck.reports.terminal.brief import brief
from leakcheck.reports.terminal.fixes import advice, fixes
from leakcheck.reports.terminal.gate import gate
from leakcheck.reports.terminal.harm import harm
from leakcheck.reports.terminal.hazards import hazards
from leakcheck.reports.terminal.other_leaks import certificate, leaks, notes, troubled, unexplained
from leakcheck.reports.terminal.page import SHORT, WHOLE, Color, Limits, Piece, console_for, emit
from leakcheck.reports.terminal.summary import orders, summary
from leakcheck.reports.terminal.timing import timing

__all__ = ["Color", "Detail", "Report", "console_for"]

Detail = Literal["brief", "usual", "whole", "timing"]
"""The verdict with a line for each finding; what a person reads; the same with no list cut short; or where the time
of the audit went."""
Section = Callable[[Result], tuple[Piece, ...]]


def _sections(limits: Limits) -> tuple[Section, ...]:
    return (
        summary,
        partial(harm, limits=limits),
        partial(leaks, limits=limits),
        fixes,
        advice,
        orders,
        partial(unexplained, limits=limits),
        partial(troubled, limits=limits),
        partial(hazards, limits=limits),
        certificate,
        notes,
        partial(gate, limits=limits),
    )


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
