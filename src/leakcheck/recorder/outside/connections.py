"""Servers that a process is connected to, asked of its open descriptors: drivers in C connect unseen by Python."""

from __future__ import annotations

import _socket
import os
import stat
from collections.abc import Iterator
from typing import Any

from leakcheck.recorder.syscalls import Real
from leakcheck.records import EPHEMERAL

DRIVERS = (
    "psycopg2", "psycopg", "MySQLdb", "_mysql_connector", "pyodbc", "pymssql", "oracledb", "cx_Oracle", "ibm_db",
    "grpc", "confluent_kafka", "pylibmc", "zmq", "duckdb", "apsw", "lmdb", "h5py",
)  # fmt: skip
"""Modules that talk to servers, or open files, in C. A connection that is closed at once is seen by nobody."""
_DESCRIPTORS = "/dev/fd"
"""On Linux and macOS; elsewhere nothing is found."""
_COUNTED = "/proc/self/fd"
"""On Linux; since 6.2 the size of this folder is how many descriptors are open."""
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_Identity = tuple[int, int]


class Counter:
    """How many descriptors this process has open: much cheaper than which. It has to be opened in each process."""

    def __init__(self) -> None:
        self._folder = -1
        self._identity: _Identity = (-1, -1)

    def open(self) -> None:
        if self._is_open() is not None:
            Real.close(self._folder)  # inherited, it counts those of the parent
        try:
            self._folder = Real.open(_COUNTED, _FOLDER)
            self._identity = _identity(Real.fstat(self._folder))
        except OSError:
            self._folder = -1

    def number(self) -> int:
        """0 where nobody knows."""
        found = self._is_open()
        return 0 if found is None else found.st_size

    def _is_open(self) -> os.stat_result | None:
        """Its status, unless a test has closed it, and perhaps another file has its number now."""
        try:
            found = Real.fstat(self._folder) if self._folder >= 0 else None
        except OSError:
            return None
        return found if found is not None and _identity(found) == self._identity else None


class Peers:
    """Knows which descriptors were open at the last look, and which of them were sockets."""

    def __init__(self) -> None:
        self._descriptors: list[str] = []
        self._sockets: dict[_Identity, int] = {}
        self._counter = Counter()
        self._number = 0

    def begin(self) -> None:
        """What is asked from now on is asked about this process."""
        self._counter.open()

    def new(self, *, quick: bool = False) -> list[Any]:
        """The addresses that connections lead to which were not open at the last look. Where the same descriptors
        are open as then, nobody looks closer; at a quick look, where as many are."""
        number = self._counter.number()
        if quick and 0 < number == self._number:
            return []
        self._number = number
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
            yield _identity(found), int(name)


def _identity(found: os.stat_result) -> _Identity:
    return found.st_dev, found.st_ino


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


def is_passing(address: tuple[Any, ...]) -> bool:
    """A port of the ephemeral range on this machine: a server that lives no longer than its test."""
    return int(address[1]) >= EPHEMERAL and (
        address[0] == "localhost" or str(address[0]).startswith(("127.", "::1"))
    )
