"""Writes events to one append-only file, one write an event."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from leakcheck import events
from leakcheck.recorder.real import Real

T = TypeVar("T")
_LIMITS = {errno.EFBIG: Real.file_size, errno.EMFILE: Real.open_files}
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)


class Segment:
    """An open segment. It notices when a test closed or took over its file descriptor, and opens again."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = -1
        self._identity = (-1, -1)
        self._owner = Real.getpid()
        self._open()

    def write(self, event: events.Event) -> None:
        """Write `event`. A test that forks may go on with the suite in its child: what becomes of tests there is
        nobody's verdict, but what the child does to files has to be undone."""
        if Real.getpid() != self._owner and not isinstance(event, events.Outside):
            return
        data = events.encode(event)
        if not self._intact():
            self._open()
        while data:
            data = data[_beyond_limits(partial(Real.write, self._fd, data)) :]

    def close(self) -> None:
        Real.close(self._fd)

    def _open(self) -> None:
        self._fd = _beyond_limits(partial(Real.open, self.path, _APPEND, 0o600))
        stat = Real.fstat(self._fd)
        self._identity = (stat.st_dev, stat.st_ino)

    def _intact(self) -> bool:
        try:
            stat = Real.fstat(self._fd)
        except OSError:
            return False
        return (stat.st_dev, stat.st_ino) == self._identity


def _beyond_limits(action: Callable[[], T]) -> T:
    """Do it although a test has set a limit for this process, of file sizes or of open files."""
    try:
        return action()
    except OSError as error:
        limit = _LIMITS.get(error.errno or 0, -1)
        if limit < 0:
            raise
    with _raised(limit):
        return action()


@contextmanager
def _raised(limit: int) -> Iterator[None]:
    """The limit as high as it may be set."""
    soft, hard = Real.getrlimit(limit)
    Real.setrlimit(limit, (hard, hard))
    try:
        yield
    finally:
        Real.setrlimit(limit, (soft, hard))
