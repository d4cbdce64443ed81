"""Tables of SQLite databases that live in memory, as long as a connection to them is open: mostly in the pool of an
engine. (A database in a file is a file.)"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.snapshots.memory_databases import Connections, pages_of, put_table_back, tables_of
from leakcheck.snapshots.redaction import content_hash

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_KEPT = 64 << 20
"""Bytes of copies to put tables back from; what comes later cannot be put back."""


class Probe(Setting):
    """Owner: what holds the connection, such as an engine. Key: the table. Value: how many rows, the last number
    that it has given away if it counts (AUTOINCREMENT), and a digest of its content, keyed with `salt`."""

    kind = "databases"
    tracking: Tracking = "compared"
    about = About(
        form="table $key of the database in memory of $owner",
        whole="the database in memory of $owner",
        advice=(
            "Give each test a database of its own, or run it in a transaction that a fixture rolls back behind its "
            "yield. To delete the rows does not set the numbers back that the table has given away."
        ),
    )
    salt = ""

    def __init__(self) -> None:
        self.connections = Connections()
        self._kept: dict[tuple[str, str, str], bytes] = {}
        self._known: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._followed: dict[str, Connection] = {}
        self._room = MAX_KEPT

    def read(self) -> Values:
        return {
            (owner, table): text
            for owner, connection in self.connections.open().items()
            for table, text in self._tables(owner, connection).items()
        }

    def value(self, owner: str, key: str) -> Any:
        """Asked after every line: the connection is looked for once."""
        if owner not in self._followed:
            self._followed.update(self.connections.open())
        connection = self._followed.get(owner)
        return MISSING if connection is None else self._tables(owner, connection).get(key, MISSING)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        kept = None if value is None else self._kept[owner, key, value]
        put_table_back(self.connections.open()[owner], key, kept)

    def _tables(self, owner: str, connection: Connection) -> dict[str, str]:
        pages = pages_of(connection)
        if pages is None:
            return {}
        if owner not in self._known or self._known[owner][0] != pages:
            tables = {name: str(each) for name, each in tables_of(pages, partial(content_hash, self.salt)).items()}
            self._known[owner] = pages, tables
            self._keep(owner, tables, pages)
        return self._known[owner][1]

    def _keep(self, owner: str, tables: dict[str, str], pages: bytes) -> None:
        new = [key for name, text in tables.items() if (key := (owner, name, text)) not in self._kept]
        if new and len(pages) <= self._room:
            self._room -= len(pages)
            self._kept.update(dict.fromkeys(new, pages))
