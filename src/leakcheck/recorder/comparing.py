"""Values compared without running any code of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from operator import is_
from typing import Any

from leakcheck.probes import Items
from leakcheck.records import PathChange
from leakcheck.snapshots.markers import FileContent
from leakcheck.snapshots.snapshot import ABSENT
from leakcheck.snapshots.values import Snapshotter

_SCALARS = frozenset({int, float, bool, complex, str, bytes, type(None), FileContent})
_LISTED, _COMPARED = 5, 10_000
"""How many items of a list are told, and how many pairs of items compared for that."""


def differ(old: Any, new: Any) -> bool:
    """By identity, but for plain values and tuples of them, which is what lists and sets are read as."""
    if old is new:
        return False
    if type(old) is not type(new):
        return True
    if type(old) in _SCALARS:
        return bool(old != new)
    if type(old) in (tuple, Items):
        if len(old) != len(new):
            return True
        return not all(map(is_, old, new)) and any(map(differ, old, new))
    return True


def listed_otherwise(camera: Snapshotter, old: Any, new: Any, name: str = "") -> Iterator[PathChange]:
    """What came into a list or went out of it, by its place; nothing for other values. `name` is the list's."""
    if type(old) is not Items or type(new) is not Items:
        return
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    middle = [dict(islice(enumerate(items), first, len(items) - last)) for items in (old, new)]
    gone, come = _not_in(middle[0], middle[1]), _not_in(middle[1], middle[0])
    if not gone and not come:
        gone, come = middle  # the same ones in another order
    for index in sorted({*gone, *come})[:_LISTED]:
        pairs = ((gone, old), (come, new))
        before, after = (camera.item(every, index, name) if index in one else ABSENT for one, every in pairs)
        yield PathChange(f"[{index}]", before.text, after.text)


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """How many items are the same from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: not differ(*pair), zip(one, other, strict=False)))


def _not_in(some: Mapping[int, Any], others: Mapping[int, Any]) -> dict[int, Any]:
    """Items of `some` that are not among `others`, wherever they stand: a set that grows is listed anew."""
    if len(some) * len(others) > _COMPARED:
        return dict(some)
    return {index: item for index, item in some.items() if all(differ(item, other) for other in others.values())}
