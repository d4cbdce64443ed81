"""What a session of SQLAlchemy holds for whoever is handed it next: what is pending, changed or to be deleted,
which rows it returns as it has loaded them, and its settings.

Objects go by class and primary key. Nothing of the project's is kept alive: a session forgets what nobody has.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from leakcheck.snapshots.markers import MISSING, Items

Content = dict[Any, Any]
_SETTINGS = ("autoflush", "expire_on_commit", "info")
_PENDING, _CHANGED, _DELETED, _LOADED = "pending", "dirty", "deleted", "loaded"


def read(session: Any) -> Content:
    """Settings, and the names of objects by what the session is about to do with them."""
    held = object.__getattribute__(session, "__dict__")
    return {
        **{name: held[name] for name in _SETTINGS if name in held},
        _PENDING: _names(held.get("_new") or ()),
        _CHANGED: _names(_changed(held), with_columns=True),
        _DELETED: _names(held.get("_deleted") or ()),
        _LOADED: _names(_loaded(held), with_age=True),
    }


def put_back(session: Any, key: Any, old: Any) -> None:
    """Forget what the session was told since, as `expunge` and `expire` do: no statement is sent."""
    held = object.__getattribute__(session, "__dict__")
    if key in _SETTINGS:
        held.pop(key, None) if old is MISSING else held.__setitem__(key, old)
        return
    kind: Any = sys.modules["sqlalchemy.orm.session"].Session
    surplus = Counter(old)
    if key == _PENDING:
        _each_more(held.get("_new") or (), surplus, lambda each: kind.expunge(session, each))
    elif key == _DELETED:
        _each_more(held.get("_deleted") or (), surplus, lambda each: kind.add(session, each))
    elif key == _CHANGED:
        known = {each.partition(":")[0] for each in old}
        _each_more(_changed(held), Counter(known), lambda each: kind.expire(session, each))
    else:
        known = {each.removesuffix(_EXPIRED) for each in old}
        _each_more(_loaded(held), Counter(known), lambda each: kind.expunge(session, each))


_EXPIRED = ", expired"


def _each_more(states: Iterable[Any], known: Counter[str], act: Any) -> None:
    """`act` on the objects beyond those that were `known`."""
    for state in list(states):
        name = _name(state)
        if known[name]:
            known[name] -= 1
        elif (found := state.obj()) is not None:
            act(found)


def _changed(held: dict[str, Any]) -> Iterator[Any]:
    deleted = held.get("_deleted") or ()
    return (each for each in _loaded(held) if each.modified and each not in deleted)


def _loaded(held: dict[str, Any]) -> list[Any]:
    return list(held["identity_map"].all_states()) if "identity_map" in held else []


def _names(states: Iterable[Any], *, with_columns: bool = False, with_age: bool = False) -> Items:
    found = []
    for state in list(states):
        name = _name(state)
        if with_columns:
            name += f": {', '.join(sorted(map(str, state.committed_state)))}"
        if with_age and state.expired:
            name += _EXPIRED
        found.append(name)
    return Items(sorted(found))


def _name(state: Any) -> str:
    """`User 1`; of an object without a key its class."""
    kind = type.__getattribute__(state.class_, "__qualname__")
    key = state.key[1] if state.key else ()
    return " ".join([kind, *(repr(each) if type(each) in (int, str) else "…" for each in key)])
