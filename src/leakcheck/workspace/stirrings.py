"""Where something may have changed in a tree since it was listed: nothing else need be looked at again.

By inotify, which tells of every write, by whatever means, through a name in a folder that is watched. A file that
has another name elsewhere may change by that one: who must know for sure lists the tree.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from leakcheck.recorder.outside.places import CACHES

_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _ONLYDIR = 0x400, 0x800, 0x1000000
_OVERFLOW, _IGNORED, _ISDIR = 0x4000, 0x8000, 0x40000000
_CHANGES = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED | _CREATE | _DELETE | _DELETE_SELF | _MOVE_SELF
_HEAD = struct.Struct("iIII")
_CHUNK = 65_536


class Stirrings:
    """Where the system does not tell, everything may have changed at any time."""

    def __init__(self, trial: Path) -> None:
        """`trial` is a folder of leakcheck's own to try it in."""
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._folders: dict[int, str] = {}
        self._fd = self._open()
        if self._fd >= 0 and not self._works(trial):
            self.close()

    def watch(self, folder: str) -> None:
        """From now on, tell of what changes in `folder`; it may be watched already."""
        if self._fd >= 0 and self._add(folder) < 0 and os.path.isdir(folder):
            self.close()  # there is no room for more

    def stirred(self) -> set[str] | None:
        """The paths at which something may have changed since this was asked last; None if that may be anywhere: a
        folder that is moved takes with it what is watched."""
        if self._fd < 0:
            return None
        rows = list(self._rows())
        everywhere = any(map(_is_everywhere, rows))
        found = {_joined(self._folders[watch], name) for watch, _, name in rows if watch in self._folders}
        for watch, mask, _ in rows:
            if mask & _IGNORED:
                self._folders.pop(watch, None)
        return None if everywhere else found

    def _rows(self) -> Iterator[tuple[int, int, str]]:
        """(watch, what happened, name in the folder that is watched; "" for itself) of all that counts."""
        with suppress(BlockingIOError):
            while data := os.read(self._fd, _CHUNK):
                yield from (row for row in _told(data) if row[2] not in CACHES)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1
        self._folders.clear()

    def _open(self) -> int:
        try:
            return int(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)) if self._libc is not None else -1
        except (AttributeError, OSError):
            return -1

    def _add(self, folder: str) -> int:
        assert self._libc is not None
        watch = int(self._libc.inotify_add_watch(self._fd, os.fsencode(folder), _CHANGES | _ONLYDIR))
        if watch >= 0:
            self._folders[watch] = folder
        return watch

    def _works(self, folder: Path) -> bool:
        """Not every file system tells."""
        if self._add(str(folder)) < 0:
            return False
        trial = folder / "stirring"
        with suppress(OSError):
            trial.touch()
            trial.unlink()
        works = bool(self.stirred())
        self.close()
        self._fd = self._open()
        return works and self._fd >= 0


def _told(data: bytes) -> Iterator[tuple[int, int, str]]:
    start = 0
    while start < len(data):
        watch, mask, _, length = _HEAD.unpack_from(data, start)
        start += _HEAD.size + length
        yield watch, mask, os.fsdecode(data[start - length : start].rstrip(b"\0"))


def _is_everywhere(row: tuple[int, int, str]) -> bool:
    mask = row[1]
    return bool(mask & (_OVERFLOW | _MOVE_SELF) or (mask & _ISDIR and mask & _MOVED))


def _joined(folder: str, name: str) -> str:
    return os.path.join(folder, name) if name else folder
