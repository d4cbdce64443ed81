"""Tables of databases: of SQLite in files that were connected to, and in memory as long as a connection to them is
open, mostly in the pool of an engine; of PostgreSQL in copies that an execution has of its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.tables import SEQUENCE
from leakcheck.postgres.watched import Watched
from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.records import PathChange
from leakcheck.snapshots.file_databases import PARTS, LockedError, pages_in, put_table_back_in, signature
from leakcheck.snapshots.memory_databases import Connections, InMemory, pages_of, put_table_back
from leakcheck.snapshots.redaction import content_hash
from leakcheck.snapshots.sqlite_tables import rows_of, tables_of
from leakcheck.snapshots.table_rows import Rows, Show, rows_otherwise

MAX_KEPT = 64 << 20
"""Bytes of copies to put tables back from; what comes later cannot be put back."""


_KNOWN = ""
"""Stands among the tables of a file that was opened."""


class Probe(Setting):
    """Owner: the file, the database on a server, or what holds the connection, such as an engine. Key: the table,
    or a sequence. Value: how many rows, the last number that it has given away if it counts (AUTOINCREMENT), and a
    digest of its content, keyed with `salt`."""

    kind = "databases"
    tracking: Tracking = "compared"
    by_fixtures = True
    lives_in_fixtures = True
    about = About(
        form="table $key$path of database $owner",
        whole="database $owner",
        advice=(
            "Give each test a database of its own, or run it in a transaction that a fixture rolls back behind its "
            "yield. To delete the rows does not set the numbers back that the table has given away."
        ),
    )
    salt = ""

    def __init__(self) -> None:
        self.connections = Connections(self._first_seen)
        self._served: Watched | None = None
        self._at_first: dict[tuple[str, str], str] = {}
        self._kept: dict[tuple[str, str, str], bytes] = {}
        self._known: dict[str, tuple[bytes, dict[str, str]]] = {}
        self._in_files: dict[str, tuple[tuple[int, ...] | None, dict[str, str]]] = {}
        self._followed: dict[str, InMemory] = {}
        self._room = MAX_KEPT

    def serve(self, copies: OwnCopies) -> None:
        """Databases on servers are these."""
        self._served = Watched(copies, lambda: content_hash(self.salt))

    def read(self) -> Values:
        with self.connections.of_our_own():
            found = {owner: self._tables(owner, pages_of(each)) for owner, each in self.connections.open().items()}
            found.update((owner, self._in_file(owner)) for owner in list(self.connections.files))
            known = {(owner, _KNOWN): "" for owner in self.connections.files}
        served = {} if self._served is None else self._served.tables()
        known.update(((owner, _KNOWN), "") for owner in served)
        found.update((owner, dict(tables)) for owner, tables in served.items())
        return known | {(owner, table): text for owner, tables in found.items() for table, text in tables.items()}

    def value(self, owner: str, key: str) -> Any:
        """Asked after every line: the connection is looked for once."""
        served = None if self._served is None else self._served.of(owner)
        if served is not None:
            return served.get(key, MISSING)
        with self.connections.of_our_own():
            if owner in self.connections.files:
                return self._in_file(owner).get(key, MISSING)
            if owner not in self._followed:
                self._followed.update(self.connections.open())
            pages = pages_of(self._followed[owner]) if owner in self._followed else None
            if pages is None:  # it is being opened just now, or was closed
                self._followed.pop(owner, None)
            return self._tables(owner, pages).get(key, MISSING)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if self._served is not None and self._served.of(owner) is not None:
            self._served.put_back(owner, key, value)
            return
        kept = None if value is None else self._kept[owner, key, value]
        with self.connections.of_our_own():
            if owner in self.connections.files:
                put_table_back_in(self.connections.files[owner].path, key, kept)
            else:
                put_table_back(self.connections.open()[owner], key, kept)

    def was(self, before: Values, name: tuple[str, str]) -> Any:
        """Of a file that nobody had opened yet, what it was when somebody was about to."""
        owner, key = name
        if (owner, _KNOWN) in before:
            return super().was(before, name)
        if self._served is not None and owner in self._served.at_first:
            return self._served.at_first[owner].get(key, MISSING)
        is_new = owner in self.connections.files
        return self._at_first.get(name, MISSING) if is_new else super().was(before, name)

    def is_doubtful(self, owner: str, key: str, old: Any, new: Any) -> bool:
        """A sequence has gone on also where everything was rolled back: what few tests mind."""
        return key.endswith(SEQUENCE)

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """Not those of a file that a test has made in a folder of its own, nor of one that is gone with it."""
        owners = [{owner for owner, _ in each} for each in (before, after)]
        files = self.connections.files
        passing = {name for name, file in files.items() if file.passing} - (owners[0] & owners[1])
        names = super().candidates(before, after)
        return [name for name in names if name[0] not in passing and name[1] != _KNOWN]

    def paths(self, owner: str, key: str, old: Any, new: Any, show: Show) -> Iterable[PathChange]:
        """The rows by their primary keys, where the old and the new ones are kept."""
        before, after = (self._rows(owner, key, each) for each in (old, new))
        if before is None or after is None:
            return ()
        return rows_otherwise(before, after, partial(content_hash, self.salt), show)

    def _rows(self, owner: str, key: str, text: Any) -> Rows | None:
        """None if they are not kept."""
        if text is MISSING:
            return Rows()
        served = None if self._served is None else self._served.kept(owner, key, text)
        if served is not None:
            return Rows.of(served.names, served.key_names, served.values())
        kept = self._kept.get((owner, key, text))
        return None if kept is None else rows_of(kept, key)

    def is_database(self, path: str) -> bool:
        """Whether the tables of that file, or of the file that this is a journal of, are told here."""
        told = {file.path for name, file in self.connections.files.items() if name in self._known}
        return any(path.removesuffix(part) in told for part in PARTS)

    def _first_seen(self, owner: str) -> None:
        if not self.connections.files[owner].passing:
            with self.connections.of_our_own():
                self._at_first.update(((owner, table), text) for table, text in self._in_file(owner).items())

    def _in_file(self, owner: str) -> dict[str, str]:
        """Where a transaction is just ending, what was there before it."""
        path = self.connections.files[owner].path
        now, (then, known) = signature(path), self._in_files.get(owner, (None, {}))
        if now is not None and now == then:
            return known
        try:
            found = self._tables(owner, pages_in(path))
        except LockedError:
            return known
        self._in_files[owner] = now, found
        return found

    def _tables(self, owner: str, pages: bytes | None) -> dict[str, str]:
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
