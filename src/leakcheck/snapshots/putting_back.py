"""One entry of a container put back: set to what it was, or taken away. Runs none of the project's code."""

from __future__ import annotations

import collections
from typing import Any

from leakcheck.snapshots.attributes import Slots, state_of
from leakcheck.snapshots.containers import OF_FUNCTIONS, Holder
from leakcheck.snapshots.library_objects import reader
from leakcheck.snapshots.registered import put_back_implementation, put_back_virtual


def put_back(holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
    """Give one entry its old value, or take it away."""
    value = holder.value
    match holder.kind:
        case "list":
            base = list if issubclass(type(value), list) else collections.deque
            base.clear(value)
            base.extend(value, old)
        case "set":
            set.clear(value)
            set.update(value, old)
        case "cell":
            value.cell_contents = old
        case "dict" | "attributes":
            _set_item(value, key, old, was_there)
        case "carried":
            _set_item(value.state, key, old, was_there)
        case "function" if key in OF_FUNCTIONS:
            setattr(value, key, old)
        case "function":
            _set_item(value.__dict__, key, old, was_there)
        case "implementations":
            put_back_implementation(value, key, old, was_there)
        case "virtual":
            put_back_virtual(value, old)
        case "library":
            found = reader(value)
            if found is not None:
                found.put_back(value, key, old)
        case "names":
            _set_name(value, key, old, was_there)


def _set_item(value: Any, key: Any, old: Any, was_there: bool) -> None:
    base: Any = collections.OrderedDict if issubclass(type(value), collections.OrderedDict) else dict
    if was_there:
        base.__setitem__(value, key, old)
    else:
        base.pop(value, key, None)


def _set_name(value: Any, key: str, old: Any, was_there: bool) -> None:
    if issubclass(type(value), type):
        if was_there:
            type.__setattr__(value, key, old)
        elif key in type.__getattribute__(value, "__dict__"):
            type.__delattr__(value, key)
        return
    member = dict(Slots.of(type(value))).get(key)
    state = state_of(value)
    if member is not None and (state is None or key not in state):
        member.__set__(value, old) if was_there else member.__delete__(value)
    elif state is not None:
        _set_item(state, key, old, was_there)
