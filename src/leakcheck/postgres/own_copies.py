"""The databases that one process has of its own: copies of those that the project connects to, made when it does so
for the first time. Its forks begin with copies of these."""

from __future__ import annotations

import _thread
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from leakcheck.postgres.bases import Bases, Start
from leakcheck.postgres.copying import administration, drop, identity_of, make, numbers
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.registry import Registry
from leakcheck.postgres.wire import Connection, Refused
from leakcheck.wire.database_terms import DatabaseTerms

_USUAL = DatabaseTerms()
_getpid, _ident, _decoded = os.getpid, _thread.get_ident, os.fsdecode

Place = tuple[str, str]
"""A server, whichever of its addresses is used, and the name of a database."""


@dataclass(frozen=True, slots=True)
class Own:
    """A copy, the number of the database that it was made of, and how that was connected to first. Nobody changes
    it any more if `is_inherited`: forks begin with copies of it. If `is_made`, the suite has made it for itself."""

    copy: str
    number: str
    target: Target
    is_inherited: bool = False
    is_made: bool = False


@dataclass
class _Process:
    """What belongs to one process; `own` to those as well that a test has forked from it."""

    pid: int
    own: dict[Place, Own] = field(default_factory=dict)
    servers: dict[tuple[str, int], str] = field(default_factory=dict)
    connections: dict[Place, Connection] = field(default_factory=dict)
    lock: _thread.RLock = field(default_factory=_thread.RLock)


class OwnCopies:
    """`label` is that of the audit; without one, nothing is copied. What a process gets depends on its
    `start`. `terms` are the user's."""

    def __init__(self, scratch: str, label: str, *, terms: DatabaseTerms = _USUAL, start: Start = "found") -> None:
        self._label, self._start, self.terms = label, start, terms
        self._registry = Registry(scratch)
        self._process = _Process(_getpid())
        self._ours: set[int] = set()
        self._addresses: set[Any] = set()
        self._shared: set[Any] = set()
        self._left: list[str] = []
        self._given_up: set[Target] = set()
        self._programs: set[str] = set()
        self.followed: set[str] = set()
        """Drivers of which every connection is known."""
        self.first_seen: Callable[[Place], None] = lambda place: None
        """Told of each database of one's own when it was just made."""

    # Whose a connection is -------------------------------------------------------------------------------------

    def is_own(self, address: Any) -> bool:
        """Whether what listens there is not shared with other executions; or it is leakcheck that connects."""
        where = _place(address)
        return _ident() in self._ours or (where in self._addresses and where not in self._shared)

    def is_followed(self, driver: str) -> bool:
        """Whether all that `driver` connects to is known to be own."""
        return driver in self.followed and not self._shared

    def leave(self, driver: str) -> None:
        """`driver` connects to the databases that everybody has: so does whatever else connects to them. What has a
        copy by now keeps it, so that a suite does not lose what it has put there."""
        self.followed.discard(driver)
        self._left.append(driver)
        self._shared.update({None}, self._addresses)

    def renew(self) -> None:
        """This process was forked for something of its own."""
        process = self._mine()
        process.own = {place: replace(own, is_inherited=True) for place, own in process.own.items()}

    def rest(self) -> None:
        """Close what leakcheck itself has open."""
        process = self._mine()
        for each in process.connections.values():
            each.close()
        process.connections.clear()

    @property
    def databases(self) -> Mapping[Place, Own]:
        """Those of which this process, or a parent, has copies."""
        return dict(self._mine().own)

    # What is connected to --------------------------------------------------------------------------------------

    def database(self, target: Target | None) -> str:
        """The name of the database to connect to in place of that of `target`; "" for its own."""
        if target is None or not self._label:
            self._shared.add(None)
            return ""
        process = self._mine()
        with process.lock, self._of_our_own():
            try:
                name, address = self._settled(process, target)
            except Exception:  # the audited program must not notice: the driver will say what is wrong
                name, address = None, None
            if name is None:
                self._shared.update({None, address})
            return name or ""

    def makes(self, target: Target, *, keeps: bool = False) -> str:
        """The suite makes a database for itself, if need be: by this name, "" for the one that it has for it. It
        `keeps` the one that is there."""
        if not self._label or self._left:
            return ""
        process = self._mine()
        with process.lock, self._of_our_own():
            try:
                return self._making(process, target, keeps=keeps)
            except Exception:  # the audited program must not notice
                return ""

    def drops(self, target: Target) -> str:
        """The suite is about to drop a database: that of this name, "" for the one that it has for it."""
        process = self._mine()
        with process.lock:
            for place, own in process.own.items():
                if own.target == target and not own.is_inherited:
                    self._forget(process, place)  # nobody may be connected to it
                    del process.own[place]
                    return own.copy
        return ""

    @contextlib.contextmanager
    def asking(self, place: Place) -> Iterator[Connection]:
        """A connection of leakcheck's own to a copy; `Refused` if there is none. A broken one is forgotten."""
        process = self._mine()
        with process.lock, self._of_our_own():
            try:
                yield self._connection(process, place)
            except Refused as error:
                if not error.code:
                    self._forget(process, place)
                raise
            finally:
                if process.own[place].is_inherited:  # what somebody is connected to cannot be copied
                    self._forget(process, place)

    def remark(self, place: Place, text: str) -> None:
        """The user is to know this of a database; the first of each kind is enough."""
        with self._registry.changed() as known:
            known.remarks.setdefault(f"{place[1]} on {place[0]}", text)

    def starts(self, program: str) -> None:
        """The suite starts another program, of which no connection is exchanged."""
        process = self._mine()
        if process.own and _ident() not in self._ours and program not in self._programs:
            self._programs.add(program)
            with contextlib.suppress(OSError), self._registry.changed() as known:
                known.programs = sorted({*known.programs, program})

    def drop(self) -> None:
        """What runs in this process is over: its copies go."""
        process = self._mine()
        self.rest()
        with self._of_our_own():
            for own in process.own.values():
                if not own.is_inherited:
                    self._drop(own)
        process.own.clear()

    # How it is done --------------------------------------------------------------------------------------------

    def _mine(self) -> _Process:
        if self._process.pid != _getpid():
            parent = self._process
            self._process = _Process(_getpid(), parent.own.copy(), parent.servers.copy())
            for each in parent.connections.values():  # which only closes what is inherited
                each.close()
            self._ours = set()
        return self._process

    @contextlib.contextmanager
    def _of_our_own(self) -> Iterator[None]:
        self._ours.add(_ident())
        try:
            yield
        finally:
            self._ours.discard(_ident())

    def _drop(self, own: Own) -> None:
        with contextlib.suppress(Refused), administration(own.target) as connection:
            drop(connection, own.copy)
            self._registry.strike(own.copy)

    def _settled(self, process: _Process, target: Target) -> tuple[str | None, Any]:
        """(the name of the copy, "" for the database itself that nobody else uses, None for a shared one; where its
        server is)."""
        if self._left and not process.own:
            self._give_up(target)
            return None, None
        server = process.servers.get((target.server.host, target.server.port), "")
        own = process.own.get((server, target.database))
        if own is not None and not own.is_inherited:
            is_there = own.is_made or self._number(process, (server, target.database)) == own.number
            address = self._connection(process, (server, target.database)).address
            return (own.copy if is_there else None), address
        with administration(target) as connection:
            self._addresses.add(_place(connection.address))
            server = identity_of(connection, target.server)
            process.servers[target.server.host, target.server.port] = server
            return self._made(process, target, (server, target.database), connection), connection.address

    def _give_up(self, target: Target) -> None:
        if target not in self._given_up:
            self._given_up.add(target)
            with administration(target) as connection:
                place = identity_of(connection, target.server), target.database
            why = f"leakcheck cannot follow the connections of {self._left[0]}, which the suite imports as well"
            Bases(self._registry, self._label, self.terms).give_up(place, target, why)

    def _made(self, process: _Process, target: Target, place: Place, connection: Connection) -> str | None:
        parent = process.own.get(place)
        if parent is not None and not parent.is_inherited:  # known by another of its addresses
            return parent.copy
        bases = Bases(self._registry, self._label, self.terms)
        known = bases.settled(target, place, connection, self._start)
        number = numbers(connection).get(target.database, "")
        is_made = parent is not None and parent.is_made
        if not is_made and (known.base is None or known.number != number):
            return None
        if not is_made and known.is_real:
            return ""
        copy = str(known.copy._replace(user=str(process.pid)))
        self._registry.note(copy, place[0])
        drop(connection, copy)  # that of a process that had the same number
        try:
            make(connection, copy, str(known.base) if parent is None else parent.copy)
        except Refused as error:
            bases.give_up(place, target, str(error))
            raise
        process.own[place] = Own(copy, number, target, is_made=is_made)
        self._connection(process, place)
        self.first_seen(place)
        return copy

    def _making(self, process: _Process, target: Target, *, keeps: bool) -> str:
        with administration(target) as connection:
            self._addresses.add(_place(connection.address))
            server = identity_of(connection, target.server)
            process.servers[target.server.host, target.server.port] = server
            place = server, target.database
            bases = Bases(self._registry, self._label, self.terms)
            found = bases.made(target, place, connection, self._start)
            own = process.own.get(place)
            if found is None or (keeps and own is None and bases.was_found(place)):
                return ""
            if keeps and own is not None and not own.is_inherited:
                return own.copy
            copy = str(found._replace(user=str(process.pid)))
            self._forget(process, place)
            self._registry.note(copy, server)
            drop(connection, copy)
        process.own[place] = Own(copy, "", target, is_made=True)
        return copy

    def _number(self, process: _Process, place: Place) -> str:
        """That of the database that a copy was made of, by now."""
        try:
            return numbers(self._connection(process, place)).get(place[1], "")
        except Refused:
            self._forget(process, place)
            return numbers(self._connection(process, place)).get(place[1], "")

    @staticmethod
    def _connection(process: _Process, place: Place) -> Connection:
        if place not in process.connections:
            own = process.own[place]
            process.connections[place] = Connection(own.target.server, own.copy)
        return process.connections[place]

    @staticmethod
    def _forget(process: _Process, place: Place) -> None:
        broken = process.connections.pop(place, None)
        if broken is not None:
            broken.close()


def _place(address: Any) -> Any:
    """Of an address of the network, what is the same for all who connect."""
    if isinstance(address, tuple):
        return tuple(address[:2])
    return _decoded(address) if isinstance(address, str | bytes) else address
