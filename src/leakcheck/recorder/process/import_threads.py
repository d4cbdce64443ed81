"""Threads that the project starts while it is imported: a fork does not have them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_TASKS = "/proc/self/task"
_SAFE = frozenset({"jemalloc_bg_thd"})
"""Native threads that a fork begins anew, beside those that bear the name of the process (OpenBLAS, OpenMP)."""


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
        names = (*self._left, *(thread.name for thread in self._noted if thread.is_alive()), *_native())
        return tuple(dict.fromkeys(names))


def _native() -> Iterator[str]:
    """Names of threads that Python has not started (of polars, tokio, gRPC, ...), where Linux tells."""
    known = {str(thread.native_id) for thread in threading.enumerate()}
    own = _name_of(str(os.getpid()))
    with suppress(OSError):
        for task in os.listdir(_TASKS):
            name = _name_of(task)
            if task not in known and name not in (own, "") and name not in _SAFE:
                yield name


def _name_of(task: str) -> str:
    try:
        with open(f"{_TASKS}/{task}/comm", encoding="utf-8", errors="replace") as stream:
            return stream.read().strip()
    except OSError:  # it has just ended
        return ""
