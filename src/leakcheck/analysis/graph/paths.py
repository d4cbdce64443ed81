"""Where in a value several who have left it have changed it, as one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from leakcheck.records import PathChange

MAX_PATHS = 20


def joined_paths(lists: Iterable[Sequence[PathChange]]) -> tuple[PathChange, ...]:
    """Each path once: as the first has left it, and where only others have changed it, as they have."""
    found: dict[str, PathChange] = {}
    for paths in lists:
        for each in paths:
            found.setdefault(each.path, each)
    return tuple(islice(found.values(), MAX_PATHS))


def the_one(paths: Sequence[PathChange], before: str, after: str) -> PathChange:
    """The path if there is just one, else the value as a whole."""
    return paths[0] if len(paths) == 1 else PathChange("", before, after)
