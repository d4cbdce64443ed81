"""The lines that were seen to change locations."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from leakcheck.recorder.deep.entries import whole
from leakcheck.records import Location, Source


class SeenLines:
    """Is told by `Pinpoint`; the last line at each location counts."""

    def __init__(self, source_at: Callable[[str, int, str], Source]) -> None:
        """`source_at` makes a source of a file, a line and a function."""
        self._source_at = source_at
        self._found: dict[Location, Source] = {}

    def changed(self, location: Location, code: CodeType, line: int) -> None:
        self._found[location] = self._source_at(code.co_filename, line, code.co_name)

    def at(self, location: Location) -> tuple[Source, ...]:
        """The line that changed it, or else its container; empty if none was seen."""
        source = self._found.get(location) or self._found.get(whole(location))
        return () if source is None else (source,)
