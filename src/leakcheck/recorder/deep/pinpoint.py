"""Finds the line that changes a location, by looking at it after every line of the project that runs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from leakcheck.records import Location

Line = tuple[CodeType, int]
Spots = list[tuple[Location, Callable[[], Any]]]


class Pinpoint:
    """Traces all threads while it is on. `changed(location, code, line)` is told of every change that it sees."""

    def __init__(
        self,
        spots: Spots,
        is_project: Callable[[str], bool],
        differ: Callable[[Any, Any], bool],
        changed: Callable[[Location, CodeType, int], None],
    ) -> None:
        self._spots = spots
        self._is_project = is_project
        self._differ = differ
        self._changed = changed
        self._values = [read() for _, read in spots]
        self._last: Line | None = None
        self._looking = False
        self._before: tuple[Any, Any] = (None, None)

    def start(self) -> None:
        self._before = sys.gettrace(), threading.gettrace()
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)

    def stop(self) -> None:
        """Hand tracing back to the debugger or coverage that had it, unless a test has given it to another."""
        self._look()
        here, threads = self._before
        if sys.gettrace() == self._on_call:
            sys.settrace(here)
        if threading.gettrace() == self._on_call:
            threading.settrace(threads)

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self._is_project(frame.f_code.co_filename):
            return None
        self._look()
        self._last = (frame.f_code, frame.f_lineno)
        return self._on_line

    def _on_line(self, frame: FrameType, event: str, argument: Any) -> Any:
        self._look()
        if event == "return":
            self._last = self._line_of(frame.f_back)  # None: what others do from now on is not told of this line
        else:
            self._last = (frame.f_code, frame.f_lineno)
        return self._on_line

    def _line_of(self, frame: FrameType | None) -> Line | None:
        """Where the innermost code of the project stands, from `frame` outwards."""
        while frame is not None and not self._is_project(frame.f_code.co_filename):
            frame = frame.f_back
        return None if frame is None else (frame.f_code, frame.f_lineno)

    def _look(self) -> None:
        if self._looking:
            return
        self._looking = True
        try:
            for index, (location, read) in enumerate(self._spots):
                value = read()
                if self._differ(self._values[index], value):
                    self._values[index] = value
                    if self._last is not None:
                        self._changed(location, *self._last)
        except Exception:  # what cannot be read now may be readable after the next line
            pass
        finally:
            self._looking = False
