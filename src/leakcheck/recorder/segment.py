"""Writes events to one append-only file, one write an event."""

from __future__ import annotations

import contextlib
import errno
import os
from _thread import allocate_lock
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from leakcheck.recorder.syscalls import Real
from leakcheck.wire import events, segments

T = TypeVar("T")
_LIMITS = {errno.EFBIG: Real.file_size, errno.EMFILE: Real.open_files}
CANNOT_RECORD = 74
"""The exit code of a process that cannot record: what it does would be done unseen."""
GAVE_UP = 0o400
"""The mode of a segment whose process could not go on recording. It can be set where nothing can be written."""
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_LAST = 64
"""More bytes than a seal has."""


class Segment:
    """An open segment. It notices when a test closed or took over its file descriptor, and opens again.

    A process that a test forks writes nothing: it is not what is recorded, and would do so twice. `running` is the
    test that began last.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = -1
        self._identity = (-1, -1)
        self.running = ""
        self._owner = Real.getpid()
        self._waiting: deque[events.Event] = deque()
        self._lock = allocate_lock()
        self._open()
        self._seal = self._last_seal()

    def write(self, event: events.Event) -> None:
        """Write `event`, behind those that other threads, or whom a signal interrupted, are writing just now."""
        if Real.getpid() != self._owner:
            return
        if isinstance(event, events.Started):
            self.running = event.test
        self._waiting.append(event)
        while self._waiting and self._lock.acquire(False):  # whoever has the lock looks again behind its release
            try:
                while self._waiting:
                    self._put(self._waiting.popleft())
            finally:
                self._lock.release()

    def _put(self, event: events.Event) -> None:
        data = segments.sealed(event, self._seal)
        self._seal = segments.last_seal(data)
        try:
            if not self._intact():
                self._open()
            while data:
                data = data[_beyond_limits(partial(Real.write, self._fd, data)) :]
        except OSError:
            self.give_up()

    def give_up(self) -> None:
        """End this process: it cannot record what it does."""
        with contextlib.suppress(OSError):
            Real.chmod(self.path, GAVE_UP)
        Real.leave(CANNOT_RECORD)

    def close(self) -> None:
        Real.close(self._fd)

    def _open(self) -> None:
        self._fd = _beyond_limits(partial(Real.open, self.path, _FLAGS, 0o600))
        stat = Real.fstat(self._fd)
        self._identity = (stat.st_dev, stat.st_ino)

    def _last_seal(self) -> bytes:
        size = Real.fstat(self._fd).st_size
        return segments.last_seal(Real.pread(self._fd, _LAST, max(0, size - _LAST)))

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
