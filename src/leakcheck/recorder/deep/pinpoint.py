"""Finds the line that changes a location, by looking at it after every line of the project that runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from inspect import CO_COROUTINE
from opcode import opmap
from types import CodeType, FrameType
from typing import Any

from leakcheck.probes import MISSING, Items
from leakcheck.recorder.deep.worn_lines import Line, WornLines
from leakcheck.records import Location

Spots = list[tuple[Location, Callable[[], Any]]]
_WAITS = frozenset({opmap["YIELD_VALUE"], opmap["RESUME"]})
"""What a coroutine has come to when it is suspended: the first, or since Python 3.13 what follows it."""
WIDE = 1_000
"""Entries. What holds more is not read after every line."""


class Pinpoint:
    """Traces all threads while it is on. `changed(location, code, line)` is told of every change that it sees."""

    def __init__(
        self,
        spots: Spots,
        is_project: Callable[[str], bool],
        differ: Callable[[Any, Any], bool],
        changed: Callable[[Location, CodeType, int], None],
    ) -> None:
        self._is_project = is_project
        self._differ = differ
        self._changed = changed
        self._spots: Spots = []
        self._values: list[Any] = []
        self._wide: set[int] = set()
        self._worn = WornLines()
        self._writers: dict[int, set[Line]] = {}
        self._last: Line | None = None
        self._looking = False
        self._before: tuple[Any, Any] = (None, None)
        self.add(spots)

    def add(self, spots: Spots) -> None:
        """Look at these as well, from now on."""
        known = {location for location, read in self._spots if read is not _nothing}
        for location, read in spots:
            if location not in known:
                self._spots.append((location, read))
                self._values.append(read())
                if _is_wide(self._values[-1]):
                    self._wide.add(len(self._values) - 1)

    def drop(self, is_gone: Callable[[Location], bool]) -> None:
        """What is gone is neither looked at nor held."""
        for index, (location, _) in enumerate(self._spots):
            if is_gone(location):
                self._spots[index], self._values[index] = (location, _nothing), MISSING
                self._wide.discard(index)

    def start(self) -> None:
        self._before = sys.gettrace(), threading.gettrace()
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

    def stop(self) -> None:
        """Hand tracing back to the debugger or coverage that had it, unless a test has given it to another."""
        self._look(None, at_end=True)
        here, threads = self._before
        if sys.gettrace() == self._on_call:
            sys.settrace(here)
        if threading.gettrace() == self._on_call:
            threading.settrace(threads)

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self._is_project(frame.f_code.co_filename):
            return None
        self._go_on((frame.f_code, frame.f_lineno))
        return self._on_line

    def _on_line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "return" and _is_suspended(frame):
            self._look(self._last)  # what an event loop does meanwhile is most likely what this line waits for
        elif event == "return":
            self._go_on(self._line_of(frame.f_back))  # None: what others do from now on is not told of this line
        else:
            self._go_on((frame.f_code, frame.f_lineno))
        return self._on_line

    def _go_on(self, following: Line | None) -> None:
        self._look(following)
        self._last = following

    def _line_of(self, frame: FrameType | None) -> Line | None:
        """Where the innermost code of the project stands, from `frame` outwards."""
        while frame is not None and not self._is_project(frame.f_code.co_filename):
            frame = frame.f_back
        return None if frame is None else (frame.f_code, frame.f_lineno)

    def _look(self, following: Line | None, *, at_end: bool = False) -> None:
        """At everything, but for what is wide where lines alternate that were looked behind often enough."""
        if self._looking:
            return
        self._looking = True
        try:
            waits = bool(self._wide) and not at_end and self._worn.may_wait(self._last, following)
            for index in range(len(self._spots)):
                if not (waits and index in self._wide):
                    self._read(index)
            if not waits:
                self._worn.looked()
        except Exception:  # what cannot be read now may be readable after the next line
            pass
        finally:
            self._looking = False

    def _read(self, index: int) -> None:
        location, read = self._spots[index]
        value = read()
        if not self._differ(self._values[index], value):
            return
        self._values[index] = value
        line = self._last
        if index in self._wide:
            known = self._writers.setdefault(index, set())
            line = self._worn.writer(line, known)
            if line is not None:
                known.add(line)
        if _is_wide(value):
            self._wide.add(index)
        if line is not None:
            self._changed(location, *line)


def _is_suspended(frame: FrameType) -> bool:
    """Whether a coroutine returns because it waits, and not for good."""
    code = frame.f_code
    return bool(code.co_flags & CO_COROUTINE) and code.co_code[frame.f_lasti] in _WAITS


def _nothing() -> Any:
    return MISSING


def _is_wide(value: Any) -> bool:
    return type(value) is Items and len(value) > WIDE
