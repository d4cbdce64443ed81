"""Servers that a process is connected to, asked of its open descriptors: drivers in C connect unseen by Python."""

from __future__ import annotations

import _socket
import stat
from collections.abc import Iterator
from typing import Any

from leakcheck.recorder.syscalls import Real

_DESCRIPTORS = "/dev/fd"
"""On Linux and macOS; elsewhere nothing is found."""
_Identity = tuple[int, int]


class Peers:
    """Knows which descriptors were open at the last look, and which of them were sockets."""

    def __init__(self) -> None:
        self._descriptors: list[str] = []
        self._sockets: dict[_Identity, int] = {}

    def new(self) -> list[Any]:
        """The addresses that connections lead to which were not open at the last look. Where the same descriptors
        are open as then, nobody looks closer."""
        descriptors = _descriptors()
        if descriptors == self._descriptors:
            return []
        known, self._sockets, self._descriptors = self._sockets, dict(_sockets(descriptors)), descriptors
        found = (_address(descriptor) for each, descriptor in self._sockets.items() if each not in known)
        return [address for address in found if address]


def _descriptors() -> list[str]:
    try:
        return Real.listdir(_DESCRIPTORS)
    except OSError:
        return []


def _sockets(descriptors: list[str]) -> Iterator[tuple[_Identity, int]]:
    """(identity, descriptor) of those that are sockets."""
    for name in descriptors:
        try:
            found = Real.fstat(int(name))
        except (OSError, ValueError):  # that of the listing is closed by now
            continue
        if stat.S_ISSOCK(found.st_mode):
            yield (found.st_dev, found.st_ino), int(name)


def _address(descriptor: int) -> Any:
    """What a stream leads to; None for anything else."""
    if _socket.getdefaulttimeout() is not None:
        return None  # to look at a socket would change how it waits
    try:
        copy = _socket.socket(fileno=Real.dup(descriptor))
    except OSError:
        return None
    try:
        return copy.getpeername() if copy.type == _socket.SOCK_STREAM else None
    except OSError:
        return None
    finally:
        copy.close()
