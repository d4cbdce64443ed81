"""What databases were when an audit came upon them: copies that every copy of an execution is made of, or why there
are none. Decided once for an audit, by whoever is the first to connect, before it does."""

from __future__ import annotations

import contextlib
import os
from typing import Literal, NamedTuple

from leakcheck.postgres.copying import copies, drop, make, numbers, quoted, reason_against
from leakcheck.postgres.names import BASE, Copy, digest
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.registry import Known, Registry
from leakcheck.postgres.wire import Connection, Refused
from leakcheck.wire.database_terms import DatabaseTerms

Start = Literal["found", "real", "used"]
"""With what a process begins: copies of what the audit found; the user's own, for the first one; copies of what
that has left."""
_getpid = os.getpid


class Settled(NamedTuple):
    """`base` is the copy to make others of, if there is one; `copy` is its name, in parts. `number` is that of the
    database when the audit came upon its server, "" if there was none. `is_real`: this process has the database
    itself."""

    base: str | None
    copy: Copy
    number: str
    is_real: bool


class Bases:
    """For one process of the audit with that label; `terms` are the user's."""

    def __init__(self, registry: Registry, label: str, terms: DatabaseTerms) -> None:
        self._registry, self._label, self._terms = registry, label, terms

    def settled(self, target: Target, place: tuple[str, str], connection: Connection, start: Start) -> Settled:
        """`connection` leads to the server of `target`, but to another database."""
        server, name = place[0], f"{target.database} on {place[0]}"
        copy = Copy.of(self._label, digest(name), BASE)
        with self._registry.changed() as known:
            self._meet(known, connection, target, server)
            number = known.servers[server][1].get(target.database, "")
            if number and name not in known.bases and name not in known.refused:
                self._keep(known, connection, target, server, copy)
            if start == "real" and name in known.bases:
                known.real = known.real or _getpid()
            if start == "used" and name in known.bases:
                self._keep_used(known, connection, target, name)
            base = known.used.get(name) if start == "used" else known.bases.get(name)
            return Settled(base, copy, number, start == "real" and known.real == _getpid())

    def made(self, target: Target, place: tuple[str, str], connection: Connection, start: Start) -> Copy | None:
        """What to call the database that the suite makes by the name in `target`, whichever process does; None for
        that name."""
        server, name = place[0], f"{target.database} on {place[0]}"
        with self._registry.changed() as known:
            self._meet(known, connection, target, server)
            if start == "real":
                known.real = known.real or _getpid()
            is_real = start == "real" and known.real == _getpid()
            if name in known.refused or self._terms.leaves(target.database) or is_real:
                return None
            known.made = sorted({*known.made, name})
            return Copy.of(self._label, digest(name), BASE)

    def was_found(self, place: tuple[str, str]) -> bool:
        """Whether the database was there when the audit came upon its server."""
        known = self._registry.read().servers
        return place[0] in known and place[1] in known[place[0]][1]

    def give_up(self, place: tuple[str, str], target: Target, why: str) -> None:
        """A copy could not be made: nobody gets one from now on."""
        name = f"{target.database} on {place[0]}"
        with self._registry.changed() as known:
            known.bases.pop(name, None)
            known.refused[name] = f"{target.database} on {target.server.name}: {why}"

    def _meet(self, known: Known, connection: Connection, target: Target, server: str) -> None:
        if server not in known.servers:
            known.servers[server] = target.server, numbers(connection)
            self._sweep(connection)

    def _keep(self, known: Known, connection: Connection, target: Target, server: str, copy: Copy) -> None:
        name = f"{target.database} on {server}"
        kept = [each for each in copies(connection) if each._replace(auditor=copy.auditor) == copy]
        if kept and kept[0] != copy:  # by a session of this audit that was killed
            connection.rows(f"ALTER DATABASE {quoted(str(kept[0]))} RENAME TO {quoted(str(copy))}")
        self._registry.note(str(copy), server)
        why = "" if kept else reason_by(self._terms, connection, target.database)
        try:
            if not kept and not why:
                make(connection, str(copy), self._terms.template_of(target.database))
        except Refused as error:
            why = str(error)
        if why:
            known.refused[name] = f"{target.database} on {target.server.name}: {why}"
            self._registry.strike(str(copy))
        else:
            known.bases[name] = str(copy)
            known.servers[server] = target.server, known.servers[server][1]  # who may, is to drop them

    def _keep_used(self, known: Known, connection: Connection, target: Target, name: str) -> None:
        """Where it cannot be had, what the audit found has to do: that differs in nothing, and tells nothing."""
        if name in known.used:
            return
        copy = str(Copy.of(self._label, digest(f"used {name}"), BASE))
        self._registry.note(copy, name.rpartition(" on ")[2])
        try:
            if reason_against(connection, target.database, self._terms.megabytes):
                raise Refused("it cannot be copied now")
            drop(connection, copy)
            make(connection, copy, target.database)
        except Refused:
            copy = known.bases[name]
        known.used[name] = copy

    def _sweep(self, connection: Connection) -> None:
        """Drop what audits have left that were killed; the bases of one's own are needed."""
        audit = self._label.partition("_")[0]
        for each in copies(connection):
            if each.is_left and not (each.audit == audit and each.user == BASE):
                with contextlib.suppress(Refused):  # that of another role
                    drop(connection, str(each))


def reason_by(terms: DatabaseTerms, connection: Connection, database: str) -> str:
    """Why there can be no copies of `database`, for the server or for the user; "" if there can be some."""
    if terms.leaves(database):
        return "the configuration leaves it alone"
    template = terms.template_of(database)
    why = reason_against(connection, template, terms.megabytes)
    return f"its template {template} cannot be copied: {why}" if why and template != database else why
