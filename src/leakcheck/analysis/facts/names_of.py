"""Under which names what lies at a location can be read: whoever runs code with none of them does not read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakcheck.records import Location, name_sets
from leakcheck.records.locations import ENTRY

_STEP = re.compile(rf"{ENTRY}|\.?<(?P<cell>\w+)>|\.?(?P<name>[^\W\d]\w*)")
Places = tuple[int, ...]


def places_of(location: Location) -> Places | None:
    """Where in a set of names (`records.name_sets`) to look; None if it may be read without any.

    One of its own names will do; and the way to anything that holds it is there where that has another name.
    """
    names = names_of(location)
    return None if names is None else tuple(sorted(map(name_sets.place, names)))


def names_of(location: Location) -> frozenset[str] | None:
    """The names, and the ways to what holds it: `shop:`, `shop:LIMITS`, `LIMITS` for `shop:LIMITS["mug"]`."""
    steps = list(_steps(location.key))
    if not steps or steps[0][1] == "" or any(end < 0 for end, _ in steps) or _is_implicit(steps[-1][1]):
        return None
    ways = (f"{location.owner}:{location.key[:end]}" for end, _ in ((0, ""), *steps))
    return frozenset((*ways, *(name for _, name in steps if name)))


def _steps(key: str) -> Iterator[tuple[int, str]]:
    """(where it ends, its name or "") of every step; -1 where the way cannot be followed."""
    place = 0
    while place < len(key):
        step = _STEP.match(key, place)
        if step is None:
            yield -1, ""
            return
        place = step.end()
        yield place, step["cell"] or step["name"] or ""


def _is_implicit(name: str) -> bool:
    """Whether the interpreter itself reads it, where no code names it: `__eq__`, `__call__`."""
    return name.startswith("__") and name.endswith("__")
