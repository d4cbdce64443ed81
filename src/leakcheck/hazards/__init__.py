"""Mistakes that no order of the tests shows as a failure, one per file: how each is seen, and what is told of it.

Every module of `kinds` holds one class `Hazard` that keeps to the contract of `hazards.contract`. What it sees,
inside the audited suite, becomes `Sighting`s; what is told is derived from these, and from all else that is
recorded, by pure functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from leakcheck.discovery import instances
from leakcheck.hazards import kinds
from leakcheck.hazards.contract import Hazard, Scene, Seen
from leakcheck.records import Finding

__all__ = ["Hazard", "Scene", "Seen", "by_code", "found", "is_hazard", "own"]


def own() -> tuple[Hazard, ...]:
    """A new instance of every hazard, in the order of their codes."""
    return tuple(sorted(instances(kinds, "Hazard"), key=lambda each: str(each.code)))


@cache
def by_code() -> Mapping[str, Hazard]:
    """The hazards by their codes, for what is said of them: none of these sees anything."""
    return {each.code: each for each in own()}


def found(seen: Seen) -> Iterator[Finding]:
    """All hazards of what was seen, by code and place."""
    for hazard in by_code().values():
        yield from sorted(hazard.found(seen), key=lambda each: (each.file, each.line, each.title))


def is_hazard(code: str) -> bool:
    """Whether findings of this code are hazards."""
    return code in by_code()
