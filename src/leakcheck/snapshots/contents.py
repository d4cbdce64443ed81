"""A value with all that it holds, so that what is changed inside it can be undone where it stands.

Others may hold the very same container: it keeps its identity, and gets its content back. Nothing is copied but
dicts, lists, sets and the attributes of objects; what lies in them stays itself.
"""

from __future__ import annotations

import collections
import contextlib
import operator
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from leakcheck.snapshots.attributes import Slots, state_of
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.reachable import is_closed
from leakcheck.snapshots.type_names import module_of

MOST, DEEPEST = 2_000, 8
"""How many containers of one value are kept, and how deep."""

GiveBack = Callable[[], None]
Pairs = list[tuple[Any, Any]]


def kept(value: object, *, others: bool = False) -> Callable[[], object]:
    """Keep what `value` holds now. To call what is returned gives it back, and returns the value. The attributes of
    the project's own objects are kept; with `others` also those of any package's (a cache, a limiter), but for what
    is bound to the process: threads, locks, sockets."""
    steps = list(_steps(value, {}, 0, others))

    def give_back() -> object:
        for step in steps:
            step()
        return value

    return give_back


def _steps(value: Any, seen: dict[int, object], depth: int, others: bool) -> Iterator[GiveBack]:
    if id(value) in seen or len(seen) >= MOST or depth > DEEPEST:
        return
    kind = type(value)
    has_attributes = _has_attributes(value, kind, others)
    inside: list[Any] = []
    if issubclass(kind, dict):
        base: Any = collections.OrderedDict if issubclass(kind, collections.OrderedDict) else dict
        pairs = list(base.items(value))
        inside = [item for _, item in pairs]
        yield partial(_refill_dict, base, value, pairs)
    elif issubclass(kind, list):
        inside = list(list.__iter__(value))
        yield partial(_refill_list, value, inside)
    elif issubclass(kind, set):
        yield partial(_refill_set, value, list(set.__iter__(value)))
    elif issubclass(kind, tuple):
        inside = list(tuple.__iter__(value))
    elif not has_attributes:
        return
    if has_attributes:
        state, slots = state_of(value), _slots_of(value, kind)
        if type(state) is dict:
            pairs = list(dict.items(state))
            inside += [item for _, item in pairs]
            yield partial(_refill_dict, dict, state, pairs)
        if slots:
            inside += [item for _, item in slots]
            yield partial(_refill_slots, value, slots)
    seen[id(value)] = value
    for each in inside:
        yield from _steps(each, seen, depth + 1, others)


def _has_attributes(value: object, kind: type[Any], others: bool) -> bool:
    """Whether it is an object whose attributes are kept."""
    if is_project_module(module_of(kind)):
        return True
    return others and not issubclass(kind, type) and not is_closed(value, own=False)


def _slots_of(value: object, kind: type[Any]) -> Pairs:
    """(descriptor, what it holds) of each slot that is not empty."""
    found: Pairs = []
    for _, member in Slots.of(kind):
        with contextlib.suppress(AttributeError):
            found.append((member, member.__get__(value, kind)))
    return found


def _refill_slots(value: object, slots: Pairs) -> None:
    for member, item in slots:
        member.__set__(value, item)


def _refill_dict(base: Any, value: Any, pairs: list[tuple[Any, Any]]) -> None:
    now = list(base.items(value))
    if len(now) == len(pairs) and all(a[0] is b[0] and a[1] is b[1] for a, b in zip(now, pairs, strict=True)):
        return
    base.clear(value)
    for key, item in pairs:
        base.__setitem__(value, key, item)


def _refill_list(value: list[Any], items: list[Any]) -> None:
    if len(value) != len(items) or not all(map(operator.is_, list.__iter__(value), items)):
        list.__setitem__(value, slice(None), items)


def _refill_set(value: set[Any], items: list[Any]) -> None:
    if set.__len__(value) != len(items) or not all(map(operator.is_, set.__iter__(value), items)):
        set.clear(value)
        set.update(value, items)
