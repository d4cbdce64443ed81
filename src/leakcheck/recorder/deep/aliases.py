"""Objects of the project's modules that are held under more than one name."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

from leakcheck.snapshots.containers import Content, Holder
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.markers import Items

Held = Sequence[tuple[Holder, Content, tuple[Any, ...]]]
"""Containers, what they hold, and the same once more."""
_CODE = (FunctionType, ModuleType, type)
"""Under whatever name they are held: what is read of them are attributes, and these by their own names."""
_NAMELESS = frozenset({"__defaults__", "__kwdefaults__"})
"""Whoever calls a function has what waits there for it, and no name."""
_CONTAINERS = frozenset({"dict", "list", "set"})
_NAMES = re.compile(r'\["(?:[^"\\]|\\.)*"\]|([^\W\d]\w*)')
_OURS = 3
"""References to an object while they are counted: its holder's, that of the variable, that of the call."""


class Encounters:
    """What a walk comes across: the way and the identity of each object, as often as it is met."""

    def __init__(self) -> None:
        self.ways: list[tuple[str, int]] = []

    def add(self, way: str, value: object) -> None:
        if not issubclass(type(value), _CODE):
            self.ways.append((way, identity(value)))


class Aliases:
    """Who holds the containers and objects in `held` besides the one by whom the walk found them first.

    A container with more references than were met is held by somebody unknown: as an argument that waits for a
    test, as a default value, by code in C.
    """

    def __init__(self, held: Held, met: Encounters) -> None:
        first = {identity(holder.value): holder.path for holder, _, _ in held}
        pairs = ((first.get(identity, way), way) for way, identity in met.ways)
        self._pairs = tuple((known, _words(way), way) for known, way in pairs if known != way)
        nameless = (known for known, words, _ in self._pairs if not words.isdisjoint(_NAMELESS))
        self._unknown = (*nameless, *_held_by_others(held, Counter(identity for _, identity in met.ways)))

    def reached(self, names: Collection[str]) -> set[str]:
        """The ways to all that code with these names may hold under another name."""
        found = set(self._unknown)
        ways = tuple(name for name in names if ":" in name)
        for known, words, way in self._pairs:
            if not words.isdisjoint(names) or way.startswith(ways):
                found.add(known)
        before = -1
        while before != len(found):
            before, inside = len(found), tuple(found)
            found.update(known for known, _, way in self._pairs if way.startswith(inside))
        return found


def _words(way: str) -> frozenset[str]:
    return frozenset(filter(None, _NAMES.findall(way.partition(":")[2])))


def _held_by_others(held: Held, met: Counter[int]) -> Iterator[str]:
    copies = Counter(identity(each) for _, _, quick in held for each in quick)
    for _, inside, _ in held:
        copies.update(map(identity, _values(inside)))
    for holder, _, _ in held:
        value = holder.value
        if (
            holder.kind in _CONTAINERS
            and sys.getrefcount(value) > met[identity(value)] + copies[identity(value)] + _OURS
        ):
            yield holder.path


def _values(inside: Content) -> Iterator[Any]:
    for value in inside.values():
        if type(value) is Items:
            yield from value
        yield value
