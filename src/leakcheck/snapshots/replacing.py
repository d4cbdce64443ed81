"""One object replaced by another, wherever a module holds it: for what cannot be put back where it stands."""

from __future__ import annotations

from collections.abc import Collection
from types import MethodWrapperType
from typing import Any

from leakcheck.snapshots.containers import Content, Holder
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.markers import Items
from leakcheck.snapshots.putting_back import put_back
from leakcheck.snapshots.reachable import walk


def replace_everywhere(old: object, new: object) -> None:
    """Whoever holds `old`, or a method of it that is written in C, holds `new`, or the same method of that."""
    found: list[tuple[Holder, Any, Any]] = []

    def note(holder: Holder, inside: Content) -> None:
        for key, value in inside.items() if holder.kind not in ("library", "position", "cache") else ():
            other = _instead(value, old, new)
            if other is not value:
                found.append((holder, key, other))

    walk(note)
    for holder, key, other in found:
        put_back(holder, key, other, was_there=True)


def _instead(value: Any, old: object, new: object) -> Any:
    if value is old:
        return new
    if type(value) in (tuple, Items):
        items = [_instead(each, old, new) for each in value]
        same = all(one is other for one, other in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if type(value) is MethodWrapperType and value.__self__ is old:
        return getattr(new, value.__name__)
    return value


def is_of(value: object, identities: Collection[int]) -> bool:
    """Whether `value` is one of the objects with these identities, or such a method of one of them."""
    return identity(value.__self__ if type(value) is MethodWrapperType else value) in identities
