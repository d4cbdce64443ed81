"""Databases of PostgreSQL on this machine: every execution gets copies of its own, which it makes itself when it
connects (`leakcheck.postgres`), and the user's own are used by one plain run only. Here copies go again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakcheck.postgres.aftermath import changed
from leakcheck.postgres.dropping import drop_copies
from leakcheck.postgres.registry import Known, Registry
from leakcheck.text import clip
from leakcheck.wire.events import Event
from leakcheck.workspace import resource
from leakcheck.workspace.resource import AuditPlace, Lease

_NAMED = 5


class Resource(resource.Resource):
    """What is not copied is a server that all executions share, and is told as that."""

    name = "databases"

    def __init__(self, place: AuditPlace) -> None:
        self._scratch = None if place.scratch is None else str(place.scratch.path)
        self._left: tuple[str, ...] = ()

    def keep(self, root: str) -> None:
        return

    def lease(self, tag: str) -> Lease:
        return Lease(self, tag)

    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        """Those that have ended in the usual way have dropped their copies themselves."""
        if self._scratch is not None:
            drop_copies(self._scratch, all_of_them=False, bases=False)
        return ()

    def share(self, why: str) -> bool:
        if self._scratch is None or not _copied(Registry(self._scratch).read()):
            return False
        with Registry(self._scratch).changed() as known:
            known.refused.update((name, f"{_short(name)}: {why}") for name in _copied(known))
            known.bases.clear()
            known.made.clear()
            known.used.clear()
        drop_copies(self._scratch, all_of_them=False, bases=True)
        return True

    def is_otherwise(self) -> bool:
        return self._scratch is not None and bool(changed(self._scratch))

    def put_back(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        if self._scratch is not None:
            self._left = drop_copies(self._scratch, all_of_them=True, bases=True)

    def troubles(self) -> Iterator[str]:
        if self._left:
            yield f"copies of databases could not be dropped; the next audit will: {', '.join(self._left)}"

    def left(self, root: str) -> Iterator[str]:
        if self._scratch is None:
            return
        known = Registry(self._scratch).read()
        names, made = sorted(map(_short, known.bases)), sorted(map(_short, known.made))
        if made:
            yield f"each execution makes its own {', '.join(made)}, by another name; one plain run by this one"
        if names:
            yield (
                f"each execution has its own copy of what the audit found in {', '.join(names)}; one plain run has "
                "used the database itself"
            )
        names += made
        if names and known.programs:
            told, mine = ", ".join(map(clip, known.programs[:_NAMED])), " or ".join(names)
            yield (
                f"tests start programs ({told}) beside their copies: where one of these connects to {mine}, that "
                "is the database itself, in every execution, and what it changes there stays"
            )
        yield from sorted(known.remarks.values())
        for why in sorted(known.refused.values()):
            yield f"no copy for each execution of {why}"


def _copied(known: Known) -> list[str]:
    return [*known.bases, *known.made]


def _short(name: str) -> str:
    """Of a database on a server, which has no name that says anything."""
    return name.partition(" on ")[0]
