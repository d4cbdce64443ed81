"""Databases in files that a process goes on with although others stand under their names by now.

SQLite refuses to write to such a file ("attempt to write a readonly database"): a fork of a process that has opened
it at import, behind a test that removed it, can do nothing that a new process could not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

_HEADER = b"SQLite format 3\x00"
_GONE = " (deleted)"


def lost_databases(process: int) -> Iterator[str]:
    """The paths that files of SQLite had which `process` has open and nobody finds any more; none where the system
    does not tell (Linux does)."""
    folder = f"/proc/{process}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        try:
            path = os.readlink(f"{folder}/{name}")
            if path.endswith(_GONE) and _is_database(f"{folder}/{name}"):
                yield path.removesuffix(_GONE)
        except OSError:  # closed meanwhile
            continue


def _is_database(path: str) -> bool:
    with open(path, "rb") as stream:
        return stream.read(len(_HEADER)) == _HEADER
