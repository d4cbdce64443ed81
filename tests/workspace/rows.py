"""A resource of rows in memory: what a database server would be, with a clone for each execution or one for all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leakcheck.wire.events import Event, Outside
from leakcheck.workspace import resource
from leakcheck.workspace.resource import AuditPlace, Lease, NoLease, Recovered, UnderWay

USERS = "app"
TEMPLATE, CLONE = "lc_template", "lc_{}"
Table = dict[str, str]


@dataclass
class Server:
    """Tables by name; it outlives whoever uses it. `clones`: how many it lets anybody make, None for any number.
    `locked`: nobody may write to what is the user's."""

    tables: dict[str, Table] = field(default_factory=lambda: {USERS: {"users/1": "ann", "users/2": "bob"}})
    clones: int | None = None
    locked: bool = False
    most: int = 0

    def clone(self, name: str) -> None:
        if self.clones is not None and len(self.made) >= self.clones:
            raise NoLease("grant the right to create databases")
        self.tables[name] = dict(self.tables[TEMPLATE])
        self.most = max(self.most, len(self.made))

    @property
    def made(self) -> set[str]:
        """What is not the user's, but for the template."""
        return set(self.tables) - {USERS, TEMPLATE}


class Rows(resource.Resource):
    """With `own`, each execution has a clone of the template."""

    name = "rows"

    def __init__(self, place: AuditPlace, server: Server, *, own: bool) -> None:
        self.place, self.server, self.own = place, server, own
        self._is_changed = False

    def keep(self, root: str) -> None:
        self.settle()

    def settle(self) -> None:
        if not self._is_changed:  # else what is there is still to be put back
            self.server.tables[TEMPLATE] = dict(self.server.tables[USERS])

    def lease(self, tag: str) -> Lease:
        if not self.own:
            return Lease(self, tag)
        name = CLONE.format(tag)
        self.server.clone(name)
        return Lease(self, tag, own=True, data={"name": name})

    def is_changed_by(self, event: Event) -> bool:
        return isinstance(event, Outside) and event.what == "row"

    def compare(self, job: UnderWay, others: Collection[UnderWay]) -> bool:
        """What is written past those who tell is found here."""
        found = self.server.tables[USERS] != self.server.tables[TEMPLATE]
        job.touches = job.touches or found
        self._is_changed |= found
        return False

    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        if lease.own:
            mine = self.server.tables.pop(lease.data["name"])
            return tuple(sorted(differing(self.server.tables[TEMPLATE], mine)))
        self._is_changed |= any(map(self.is_changed_by, items))
        return ()

    def put_back(self) -> tuple[str, ...]:
        if not self._is_changed or self.server.locked:
            return ()
        self._is_changed = False
        found = differing(self.server.tables[TEMPLATE], self.server.tables[USERS])
        self.server.tables[USERS] = dict(self.server.tables[TEMPLATE])
        return tuple(sorted(found))

    def close(self) -> None:
        for name in self.server.made:
            del self.server.tables[name]

    def recover(self, items: Iterable[Event]) -> Recovered:
        self._is_changed = any(map(self.is_changed_by, items))
        self.close()
        return Recovered(self.put_back(), tuple(self.troubles()))

    def troubles(self) -> Iterator[str]:
        if self._is_changed:
            yield "rows could not be put back: the server is locked"


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The rows that are others."""
    return {name for name in (*before, *after) if before.get(name) != after.get(name)}


def change(server: Server, lease: Lease, row: str, value: str) -> tuple[Event, ...]:
    """What a process does that has this `lease`, and what it tells of it."""
    server.tables[lease.data.get("name", USERS)][row] = value
    return (Outside("row", row),)


def writing(server: Server, row: str, value: str) -> Callable[[Iterable[Lease]], tuple[Event, ...]]:
    """The same for a process that has many."""

    def write(leases: Iterable[Lease]) -> tuple[Event, ...]:
        (mine,) = [each for each in leases if each.resource.name == Rows.name]
        return change(server, mine, row, value)

    return write
