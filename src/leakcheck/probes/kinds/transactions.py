"""Transactions that a test leaves open: what they hold, others wait for in vain."""

from __future__ import annotations

from typing import Any

from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.transactions import end_all, waiting
from leakcheck.postgres.watched import name_of
from leakcheck.postgres.wire import Refused
from leakcheck.probes import About, Setting, Values
from leakcheck.snapshots.memory_databases import Connections
from leakcheck.snapshots.open_transactions import is_open, is_open_in, roll_back, roll_back_all

_KEY = "transaction"
_WRITTEN, _READ = "has written", "has read"


class Probe(Setting):
    """Owner: the database, as `databases` calls it. Key: `transaction`. There only while one is open."""

    kind = "transactions"
    by_fixtures = True
    lives_in_fixtures = True
    about = About(
        form="an open transaction in database $owner",
        whole="open transactions in database $owner",
        advice=(
            "End what the test begins before it is over: `with` for a session or a connection, in a fixture around "
            "its yield; roll back where something fails."
        ),
    )

    def __init__(self) -> None:
        self.connections = Connections()
        self.copies: OwnCopies | None = None

    def read(self) -> Values:
        with self.connections.of_our_own():
            found = {name for name, file in self.connections.files.items() if is_open_in(file.path)}
            found |= {name for name, each in self.connections.open().items() if is_open(each)}
        return {
            (name, _KEY): text for name, text in {**dict.fromkeys(found, _WRITTEN), **self._on_servers()}.items()
        }

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """One that was open and is over cannot be begun again: nothing is done about that."""
        if value is not None:
            return
        with self.connections.of_our_own():
            if owner in self.connections.files:
                roll_back_all(self.connections, self.connections.files[owner].path)
            elif owner in self.connections.open():
                roll_back(self.connections.open()[owner])
        if self.copies is not None:
            for place in self.copies.databases:
                if name_of(place) == owner:
                    with self.copies.asking(place) as connection:
                        end_all(connection)

    def is_doubtful(self, owner: str, key: str, old: Any, new: Any) -> bool:
        """A connection that is kept for the next test may well wait in one that has only read: few tests mind."""
        return bool(new == _READ)

    def _on_servers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for place, own in ({} if self.copies is None else self.copies.databases).items():
            if not own.is_inherited and self.copies is not None:
                try:
                    with self.copies.asking(place) as connection:
                        open_ones = waiting(connection)
                except Refused:
                    continue
                if open_ones.all:
                    found[name_of(place)] = _WRITTEN if open_ones.writing else _READ
        return found
