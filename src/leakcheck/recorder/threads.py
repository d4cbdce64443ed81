"""Threads that the project starts while it is imported: a fork does not have them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Threads:
    """Notes who is started while conftests and test files are imported. What plugins start otherwise is theirs."""

    def __init__(self) -> None:
        self._noted: list[threading.Thread] = []
        self._left: tuple[str, ...] = ()

    @contextmanager
    def noting(self) -> Iterator[None]:
        before = {id(thread) for thread in threading.enumerate()}
        try:
            yield
        finally:
            self._noted += [thread for thread in threading.enumerate() if id(thread) not in before]

    def leave(self) -> None:
        """A fork is coming, in which nothing tells any more who lived here."""
        self._left = self.alive()
        self._noted.clear()

    def alive(self) -> tuple[str, ...]:
        """Names of those that live, or lived until a fork."""
        return (*self._left, *(thread.name for thread in self._noted if thread.is_alive()))
