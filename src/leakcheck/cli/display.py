"""How much is shown, and in which colours: --quiet, --verbose and --color."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from leakcheck.audit import Progress
from leakcheck.cli.progress import progress_for
from leakcheck.errors import UsageError
from leakcheck.records import Result
from leakcheck.reports.formats.terminal import Color, Detail, console_for
from leakcheck.reports.formats.terminal import Report as TerminalReport

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Show the verdict and a line for each finding, and no progress.")
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Cut no list short, and tell each execution as it ends.")
]
ColorWhen = Annotated[
    Color,
    typer.Option("--color", help="Colours: in a terminal (NO_COLOR and FORCE_COLOR are heeded), always, or never."),
]


@dataclass(frozen=True, slots=True)
class Display:
    """What the user asked to see; UsageError if that contradicts itself."""

    quiet: bool = False
    verbose: bool = False
    color: Color = "auto"
    timing: bool = False

    def __post_init__(self) -> None:
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose contradict each other", hint="Give one of them, or none.")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """The progress display, on standard error."""
        console = console_for(sys.stderr, self.color)
        with progress_for(console, quiet=self.quiet, verbose=self.verbose) as progress:
            yield progress

    def show(self, result: Result) -> None:
        """Print the report for people on standard output."""
        detail: Detail = (
            "timing" if self.timing else "brief" if self.quiet else "whole" if self.verbose else "usual"
        )
        TerminalReport().write(result, console_for(sys.stdout, self.color), detail)
