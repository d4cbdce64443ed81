"""The report that a user sees in the terminal after `leakcheck run` and `leakcheck report`."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from leakcheck.records import Result
from leakcheck.reports._terminal_harm import harm
from leakcheck.reports._terminal_mends import advice, mends
from leakcheck.reports._terminal_page import Piece, console_for, emit
from leakcheck.reports._terminal_rest import certificate, leaks, notes, troubled, unexplained
from leakcheck.reports._terminal_summary import orders, summary

__all__ = ["Report", "console_for"]

_SECTIONS: tuple[Callable[[Result], tuple[Piece, ...]], ...] = (
    summary,
    harm,
    leaks,
    mends,
    advice,
    orders,
    unexplained,
    troubled,
    certificate,
    notes,
)


class Report:
    """Sections below each other; a section with nothing to say is left out."""

    name = "terminal"

    def render(self, result: Result) -> str:
        """The report as plain text, its prose 100 columns wide."""
        stream = io.StringIO()
        self.write(result, console_for(stream))
        return stream.getvalue()

    def write(self, result: Result, console: Console) -> None:
        """Print the report on `console`, with its colours and in its encoding."""
        for part in _SECTIONS:
            emit(console, part(result))
