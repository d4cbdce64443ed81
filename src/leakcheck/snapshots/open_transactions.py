"""Transactions that SQLite is in the middle of: whether one is, and how it is rolled back."""

from __future__ import annotations

import contextlib
import sys
from functools import partial

from leakcheck.snapshots.memory_databases import Connections, InMemory
from leakcheck.snapshots.worker_threads import NoAnswer, called

_opened = open
_HEADER = 28
"""Bytes that are set to nothing when a transaction ends and its journal stays (https://sqlite.org/fileformat.html)."""


def is_open_in(path: str) -> bool:
    """Whether somebody has written to the database in that file and not ended it: the old pages are kept beside it
    until then. With a log that is written ahead, or a journal in memory, nobody can tell."""
    try:
        with _opened(f"{path}-journal", "rb") as journal:
            return any(journal.read(_HEADER))
    except OSError:
        return False


def is_open(database: InMemory) -> bool:
    """The same by the connection itself, of which nothing is asked but what it knows."""
    return bool(sys.modules["_sqlite3"].Connection.in_transaction.__get__(database.connection))


def roll_back(database: InMemory) -> None:
    """In the thread that may use the connection; NoAnswer of a busy worker, an error in another one."""
    if is_open(database):
        called(database.worker, partial(sys.modules["_sqlite3"].Connection.rollback, database.connection))


def roll_back_all(connections: Connections, path: str) -> None:
    """Of all connections to the database in that file, as far as they can be asked."""
    for each in connections.leading_to(path):
        with contextlib.suppress(sys.modules["_sqlite3"].Error, NoAnswer):
            roll_back(each)
