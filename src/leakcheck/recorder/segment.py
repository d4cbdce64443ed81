"""Writes events to one append-only file, one write an event."""

from __future__ import annotations

import os

from leakcheck import events
from leakcheck.recorder.real import Real

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


class Segment:
    """An open segment. It notices when a test closed or took over its file descriptor, and opens again."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = -1
        self._identity = (-1, -1)
        self._open()

    def write(self, event: events.Event) -> None:
        data = events.encode(event)
        if not self._intact():
            self._open()
        while data:
            data = data[Real.write(self._fd, data) :]

    def close(self) -> None:
        Real.close(self._fd)

    def _open(self) -> None:
        self._fd = Real.open(self.path, _APPEND, 0o600)
        stat = Real.fstat(self._fd)
        self._identity = (stat.st_dev, stat.st_ino)

    def _intact(self) -> bool:
        try:
            stat = Real.fstat(self._fd)
        except OSError:
            return False
        return (stat.st_dev, stat.st_ino) == self._identity
