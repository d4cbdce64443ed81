"""Progress on standard error: bars in a terminal, a line a phase elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from leakcheck.audit import Progress
from leakcheck.audit.progress import Silent
from leakcheck.reports._words import clean

_TELL = {
    "collect": "collecting the suite, plain pytest beside it",
    "control": "plain pytest, again",
    "declared": "declared order",
    "isolated": "every test alone",
    "orders": "the suite in other orders",
    "meant": "dependences that are meant",
    "pairs": "leaked values in front of their readers",
    "elsewhere": "what else tests change, in front of the others",
    "crowds": "all leaked values at once",
    "explain": "settling who breaks what in these orders",
    "latent": "settling who breaks what in any order",
    "deep": "finding what it is that leaked",
    "alternatives": "settling who else does the same",
    "confirm": "proving it, in fresh processes too",
    "cleaners": "settling who cleans up",
    "lines": "finding the lines that write it",
}


class Lines:
    """A line when a phase begins and, if `steps`, one when an execution ends."""

    def __init__(self, console: Console, *, steps: bool) -> None:
        self._console = console
        self._steps = steps
        self._began = time.monotonic()
        self._last = ""

    def phase(self, name: str, total: int) -> None:
        text = f"{_TELL.get(name, name)}: {total}"
        if text != self._last:
            self._print(f"{self._clock()} {text}")
        self._last = text

    def step(self, running: str) -> None:
        if self._steps:
            self._print(f"{self._clock()}   {running}")

    def note(self, text: str) -> None:
        self._print(f"note: {text}")

    def _clock(self) -> str:
        return f"[{time.monotonic() - self._began:6.1f} s]"

    def _print(self, text: str) -> None:
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


class Live:
    """A bar a phase, with what has just been executed."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._phase = ""

    def phase(self, name: str, total: int) -> None:
        self._phase = name
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(_TELL.get(name, name), total=0, running="")
        task = self._bars.tasks[self._bars.task_ids.index(self._tasks[name])]
        self._bars.update(self._tasks[name], total=(task.total or 0) + total)

    def step(self, running: str) -> None:
        self._bars.update(self._tasks[self._phase], advance=1, running=clean(running)[-40:])

    def note(self, text: str) -> None:
        self._bars.console.print(f"note: {clean(text)}", markup=False, highlight=False)


@contextmanager
def progress_for(console: Console, *, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """The progress display that fits `console`: bars only where they can be drawn over, coloured or not. Nothing if
    `quiet`: the report tells the notes too."""
    if quiet:
        yield Silent()
        return
    if verbose or not console.file.isatty():
        yield Lines(console, steps=verbose)
        return
    columns = (
        TextColumn("{task.description:<42}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[running]}", markup=False),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield Live(bars)
