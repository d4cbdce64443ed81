"""What a plain run has left in databases: are they what the audit found, of which all copies are made?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing

from leakcheck.postgres.registry import Registry
from leakcheck.postgres.tables import contents
from leakcheck.postgres.wire import Connection, Refused, Server


def changed(scratch: str) -> tuple[str, ...]:
    """The names of those that hold something else by now. Nothing that makes copies may run."""
    known = Registry(scratch).read()
    found: list[str] = []
    for name, base in known.bases.items():
        database, _, where = name.rpartition(" on ")
        server = known.servers[where][0]
        try:
            if _told(server, database) != _told(server, base):
                found.append(database)
        except Refused:
            continue
    return tuple(sorted(found))


def _told(server: Server, database: str) -> Mapping[str, str]:
    with closing(Connection(server, database)) as connection:
        return {name: each.text for name, each in contents(connection, hashlib.blake2b).items()}
