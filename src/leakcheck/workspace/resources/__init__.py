"""State outside the processes, one kind of it per file: how it is kept, given to executions, and put back.

Every module holds one class `Resource` that keeps to the contract of that name (`leakcheck.workspace.resource`).
Other packages add resources through the entry point `leakcheck.resources`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from leakcheck.discovery import classes
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
    problems: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            found.append(checked(point.load()(place), {*Topic, *(each.name for each in found)}))
        except Exception as error:  # whatever is wrong with it, the audit goes on without it
            problems.append(f"{_label(point)} is left out: {type(error).__name__}: {error}")
    return Resources(tuple(found), tuple(problems))


def checked(resource: Any, taken: set[str]) -> Resource:
    """`resource`, if it keeps to the contract and its name is not `taken`; TypeError with what it lacks."""
    wrong = next(_faults(resource, taken), None)
    if wrong is not None:
        raise TypeError(wrong)
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


def _label(point: EntryPoint) -> str:
    source = f" of {point.dist.name}" if point.dist is not None else ""
    return f"the resource {point.name}{source} ({point.value})"
