"""State outside the processes, one kind of it per file: how it is kept, given to executions, and put back.

Every module holds one class `Resource` that keeps to the contract of that name (`leakcheck.workspace.resource`).
Other packages add resources through the entry point `leakcheck.resources`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leakcheck.discovery import classes, refuse, take_added
from leakcheck.records.topics import Topic
from leakcheck.workspace.resource import AuditPlace, Resource

GROUP = "leakcheck.resources"
_METHODS = sorted(name for name, member in vars(Resource).items() if callable(member) and name[0] != "_")


@dataclass(frozen=True)
class Resources:
    """All that there are. `problems` tells which of other packages were left out, and why."""

    every: tuple[Resource, ...]
    problems: tuple[str, ...] = ()


def discover(place: AuditPlace) -> Resources:
    """Every resource of this package and every one that an installed package adds, for one audit."""
    found: list[Resource] = [made(place) for made in classes(sys.modules[__name__], "Resource")]

    def take(made: Any) -> None:
        found.append(checked(made(place), {*Topic, *(each.name for each in found)}))

    problems = take_added(GROUP, "resource", take)
    return Resources(tuple(found), tuple(problems))


def checked(resource: Any, taken: set[str]) -> Resource:
    """`resource`, if it keeps to the contract and its name is not `taken`; TypeError with what it lacks."""
    refuse(_faults(resource, taken))
    made: Resource = resource
    return made


def _faults(resource: Any, taken: set[str]) -> Iterator[str]:
    name = getattr(resource, "name", None)
    if not isinstance(name, str) or not name.isidentifier():
        yield f"its name is {name!r}, not an identifier"
    if name in taken:
        yield f"the name {name} is taken"
    lacking = [method for method in _METHODS if not callable(getattr(resource, method, None))]
    if lacking:
        yield f"it has no {', '.join(lacking)}"
