"""Finds the line that changes a value in place, by following the function that got hold of it line by line.

`holds = app.state.holds` tells that a change may come, three lines later `holds["kettle"] = 2` makes it. The
function is traced from the first line to its end (`sys.settrace`, for this one frame only, and only where
nobody else traces), which is slow: it is done while a test is profiled alone, never in an order that is compared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

MAX_LINES = 2_000


class LineWatch:
    """Follows frames. `changed(line)` is asked after each line whether the watched value differs since the last."""

    def __init__(self) -> None:
        self._following: dict[FrameType, list[Callable[[int], None]]] = {}

    def follow(self, frame: FrameType, after_line: Callable[[int], None]) -> None:
        """Call `after_line` with the number of each line that `frame` has executed from now on."""
        if sys.gettrace() not in (None, self._no_trace):
            return
        if frame in self._following:
            self._following[frame].append(after_line)
            return
        self._following[frame] = [after_line]
        frame.f_trace = self._tracer(frame.f_lineno)
        sys.settrace(self._no_trace)

    def stop(self) -> None:
        """Follow nothing any more."""
        for frame in self._following:
            frame.f_trace = None
        self._following.clear()
        if sys.gettrace() is self._no_trace:
            sys.settrace(None)

    @staticmethod
    def _no_trace(frame: FrameType, event: str, argument: Any) -> None:
        """Calls are not followed: setting any trace function is what switches tracing on."""

    def _tracer(self, first: int) -> Callable[[FrameType, str, Any], Any]:
        last, left = first, MAX_LINES

        def trace(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last, left
            left -= 1
            for after_line in self._following.get(frame, ()):
                after_line(last)
            last = frame.f_lineno
            if event == "return" or left <= 0:
                self._following.pop(frame, None)
                return None
            return trace

        return trace
