"""Chance, as every process of its own would have it."""

from __future__ import annotations

import random
from typing import Any


class Chance:
    """Gives every execution its own random numbers, as a process of its own would have.

    Python itself reseeds `random` in every fork. So a project that seeds it while it is imported would lose its
    seed there, and gets it back; in whatever else runs one test after the other, chance begins anew.
    """

    _TWISTS = 64

    def __init__(self) -> None:
        self._shadow = random.Random()
        self._shadow.setstate(random.getstate())
        self._known: tuple[Any, bool] = (None, True)

    def settle(self) -> None:
        """Find out, before the forks that will ask for it, whether the project has seeded `random` on its own."""
        self._known = (random.getstate(), self._only_consumed())

    def renew(self) -> None:
        """In a fork: chance as a process of its own would have it at this point."""
        self.start_over()
        if self._known[1]:
            self._shadow.setstate(random.getstate())  # from here on it is told anew whether the project seeds it

    def start_over(self) -> None:
        """Chance as it was when this process was forked, or new where nobody has seeded it."""
        state, consumed = self._known
        if consumed:
            random.seed()
        else:
            random.setstate(state)

    def _only_consumed(self) -> bool:
        """Whether the state follows from the first one by drawing numbers alone (Mersenne Twister: 624 words)."""
        current = random.getstate()[1][:-1]
        probe = random.Random()
        probe.setstate(self._shadow.getstate())
        for _ in range(self._TWISTS):
            if probe.getstate()[1][:-1] == current:
                return True
            for _ in range(624):
                probe.getrandbits(32)
        return False
