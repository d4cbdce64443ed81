"""Which lines have been looked behind so often that a wide container is not read again after each of them.

To read a dict of 20,000 entries after every line of a loop over it would take far longer than the loop. A line is
worn after `LOOKS` looks behind it; between two worn lines nothing wide is read, but for one look in `EVERY`. Before
and behind each other line it is: so what is written by a line that runs seldom is told of that line, and what a
loop writes is told of the line in it that was seen to write it at first. Where none was, none is told, and all of
them are looked behind anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from types import CodeType

Line = tuple[CodeType, int]

LOOKS = 10
EVERY = 500


class WornLines:
    """Counts looks; None is whatever runs outside of the project's code."""

    def __init__(self) -> None:
        self._looks: Counter[Line | None] = Counter()
        self._waiting: dict[Line | None, None] = {}
        self._steps = 0

    def may_wait(self, last: Line | None, following: Line | None) -> bool:
        """Whether nothing has to be read between these two; if so, `last` is remembered until the next look."""
        if self._steps < EVERY and self._looks[last] >= LOOKS and self._looks[following] >= LOOKS:
            self._steps += 1
            self._waiting.pop(last, None)
            self._waiting[last] = None
            return True
        self._looks[last] += 1
        self._steps = 0
        return False

    def writer(self, last: Line | None, known: Collection[Line]) -> Line | None:
        """Who made a change that is found behind `last`: the only line that can have, or else the latest of those
        that are `known` to write there. None if it cannot be told."""
        ran = [*(each for each in self._waiting if each != last), last]
        if len(ran) == 1:
            return last
        told = [each for each in ran if each is not None and each in known]
        if told:
            return told[-1]
        for each in ran:
            self._looks[each] = 0
        return None

    def looked(self) -> None:
        """Everything was read."""
        self._waiting.clear()
