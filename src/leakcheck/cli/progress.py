"""Progress on standard error: two lines that are drawn over in a terminal, lines that stay elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live as Redrawn

from leakcheck.audit import Progress
from leakcheck.cli.course import UNITS, Course
from leakcheck.cli.drawing import STOPPING, count, doing, drawn
from leakcheck.cli.left import words
from leakcheck.progress import Outlook, Silent, UnderWay
from leakcheck.reports.wording.words import clean, plural

HEARTBEAT = 30.0
"""Seconds of silence behind which a line tells that the audit goes on: build machines end what is silent."""
_TICK = 1.0
_PER_SECOND = 8


class Lines:
    """A line when a phase begins, one when there was none for a while and, if `steps`, one an execution."""

    def __init__(self, console: Console, *, steps: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._steps = steps
        self._clock = clock
        self._course = Course(clock)
        self._last = ""
        self._told = clock()

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None:
        self._course.phase(name, total, tests, question)
        now = self._course.now()
        text = ", ".join(filter(None, (doing(now), _extent(name, total, tests))))
        if text != self._last:
            left = words(now.left)
            self._print(f"{self._time()} {text}{f'; {left}' if left else ''}")
        self._last = text

    def step(self, running: str, tests: int = 0) -> None:
        self._course.step(running, tests)
        if self._steps:
            self._print(f"{self._time()}   {running}")

    def watch(self, under_way: Callable[[], UnderWay]) -> None:
        self._course.watch(under_way)

    def expect(self, outlook: Outlook) -> None:
        self._course.expect(outlook)

    def note(self, text: str) -> None:
        self._print(f"note: {text}")

    def stopping(self) -> None:
        self._course.stop()
        self._print(STOPPING)

    def beat(self) -> None:
        """Give a sign of life if there was none for a while."""
        if self._clock() - self._told < HEARTBEAT:
            return
        now = self._course.now()
        told = ", ".join(filter(None, (count(now), words(now.left), now.running)))
        self._print(f"{self._time()}   still at {doing(now)}{': ' if told else ''}{told}")

    def _time(self) -> str:
        return f"[{self._course.now().elapsed:6.1f} s]"

    def _print(self, text: str) -> None:
        self._told = self._clock()
        self._console.print(clean(text), markup=False, highlight=False, soft_wrap=True)


class Live:
    """Two lines that tell where the audit is. `redraw` has them drawn anew at once."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._course = Course(clock)
        self.redraw: Callable[[], object] = lambda: None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield drawn(self._course.now(), options.max_width, ascii_only=options.ascii_only)

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None:
        self._course.phase(name, total, tests, question)

    def step(self, running: str, tests: int = 0) -> None:
        self._course.step(running, tests)

    def watch(self, under_way: Callable[[], UnderWay]) -> None:
        self._course.watch(under_way)

    def expect(self, outlook: Outlook) -> None:
        self._course.expect(outlook)

    def note(self, text: str) -> None:
        self._console.print(f"note: {clean(text)}", markup=False, highlight=False)

    def stopping(self) -> None:
        self._course.stop()
        self.redraw()


def _extent(name: str, total: int, tests: int) -> str:
    """How much it is: "3 runs of 201 tests"."""
    if name == "collect" or not total:
        return ""
    runs = plural(total, UNITS.get(name, "runs").removesuffix("s"))
    return f"{runs} of {plural(tests, 'test')}" if tests else runs


@contextmanager
def progress_for(console: Console, *, quiet: bool, verbose: bool) -> Iterator[Progress]:
    """The progress display that fits `console`: drawn over only where that can be, coloured or not. Nothing if
    `quiet`: the report tells the notes too."""
    if quiet:
        yield Silent()
    elif verbose or not console.file.isatty():
        lines = Lines(console, steps=verbose)
        with _beating(lines.beat):
            yield lines
    else:
        live = Live(console)
        with Redrawn(live, console=console, transient=True, refresh_per_second=_PER_SECOND) as redrawn:
            live.redraw = redrawn.refresh
            yield live


@contextmanager
def _beating(beat: Callable[[], None]) -> Iterator[None]:
    """Call `beat` again and again, in a thread of its own, for as long as the context lasts."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(_TICK):
            beat()

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
