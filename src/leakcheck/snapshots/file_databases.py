"""SQLite databases in files that this process has connected to: what their tables hold, as others see it who open
the file now, and how a table gets its old rows back. All of it by connections of our own, which never wait for a
lock, so that none of the project's notices."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from leakcheck.snapshots.sqlite_tables import MAX_BYTES, replace_table

if TYPE_CHECKING:
    from sqlite3 import Connection

PARTS = ("", "-journal", "-wal", "-shm")
"""What is behind the name of a database in those of its files."""
_size, _exists, _stat, _now = os.path.getsize, os.path.exists, os.stat, time.time_ns  # a test may replace these
_SETTLED = 50_000_000
"""Nanoseconds: a file system tells the time in ticks, and what is written twice in one looks the same."""


class LockedError(Exception):
    """What is there cannot be read now."""


def pages_in(path: str) -> bytes | None:
    """A copy of what is committed; None where there is no database, or too large a one. LockedError where nobody
    can know."""
    if not _exists(path) or _size(path) > MAX_BYTES:
        return None
    if not _size(path):
        return b""  # until the first table is made
    sqlite = sys.modules["_sqlite3"]
    try:
        original = _connected(path, _options(path))
        try:
            original.execute("BEGIN")
            original.execute("SELECT 1 FROM sqlite_master").close()  # takes a lock, or fails at once
            pages: bytes = sqlite.Connection.serialize(original)
        finally:
            original.close()
    except sqlite.Error as error:
        if "not a database" in str(error):  # of another sort, or not to be read without a key
            return None
        raise LockedError(path) from error
    return pages


def signature(path: str) -> tuple[int, ...] | None:
    """Differs as soon as anything was written there; None where that cannot be said yet."""
    found: list[int] = []
    for part in ("", "-wal"):
        try:
            status = _stat(path + part)
        except OSError:
            found += (0, 0, 0)
        else:
            found += (status.st_ino, status.st_size, status.st_mtime_ns)
    return tuple(found) if _now() - max(found[2], found[5]) > _SETTLED else None


def _options(path: str) -> str:
    """Who reads beside writers takes a lock, and may have to make files for that, which are to be there already.
    Where nobody writes, neither is done."""
    return "mode=ro" if any(_exists(path + part) for part in ("-wal", "-journal")) else "immutable=1"


def put_table_back_in(path: str, name: str, kept: bytes | None) -> None:
    """Give one table what it held in the copy `kept`, or take it away where it was not there. sqlite3.Error where
    the project is in the middle of a transaction."""
    database = _connected(path, "mode=rw")
    try:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("BEGIN IMMEDIATE")
        replace_table(database, name, kept)
        database.execute("COMMIT")
    finally:
        database.close()  # which takes back what is half done


def _connected(path: str, options: str) -> Connection:
    database = f"file:{quote(path)}?{options}"
    found: Connection = sys.modules["_sqlite3"].connect(database, uri=True, timeout=0, isolation_level=None)
    return found
