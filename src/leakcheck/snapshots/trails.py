"""A quick look at a value: whether anything that a photograph of it would show was replaced since the last look.

A trail lists what a photograph looks at, in the same sequence: plain values as they are, all else by a weak
reference, so that nothing is kept alive. Where two trails are the same objects one by one, the two photographs are
the same; where they are not, only photographs tell. Like these, a trail never runs the project's code.
"""

from __future__ import annotations

import operator
import types
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from leakcheck.snapshots import values
from leakcheck.snapshots.holdings import cell_content
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import module_of

LONGEST = 20_000
"""Entries. What is larger is photographed."""
_MOST_IDS = 100_000
_PLAIN_IDS = (values._SCALAR_IDS | values._SAFE_REPR_IDS) - {identity(slice)}
_AGAIN, _KEY, _END = object(), object(), object()
_Step = Callable[["_Walk", Any, "_Way", "int | None"], None]


class _Way(NamedTuple):
    """What is to be known of a class, found out once."""

    kind: weakref.ref[type[Any]]
    step: _Step
    is_project: bool
    slots: tuple[tuple[str, Any], ...]


class Trail(tuple[Any, ...]):
    """What was looked at. No value of the project is one."""

    __slots__ = ()

    def same(self, other: object) -> bool:
        """Whether both looks came upon the very same objects."""
        return type(other) is Trail and len(self) == len(other) and all(map(operator.is_, self, other))


class Trails:
    """Makes trails, with the notion of the project that photographs have."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._is_project = is_project
        self._ways: dict[int, _Way] = {}
        self._ids: dict[int, int] = {}

    def of(self, value: object) -> Trail | None:
        """The trail of `value`; None if it is too large, or holds what only a photograph can tell of."""
        walk = _Walk(self._way, self._mark)
        try:
            walk.look(value, None)
        except Exception:  # whatever a value may do, the audited suite must not notice
            return None
        return Trail(walk.found)

    def _way(self, kind: type[Any]) -> _Way:
        known = self._ways.get(identity(kind))
        if known is None or known.kind() is not kind:
            step, is_own = _step(kind, self._is_project), self._is_project(module_of(kind))
            known = _Way(weakref.ref(kind), step, is_own, tuple(_slots(kind)))
            self._ways[identity(kind)] = known
        return known

    def _mark(self, value: object) -> object:
        """What stands for an object that is only itself: by its address, as for photographs, if by nothing else."""
        try:
            return weakref.ref(value)  # the same one for as long as it is kept
        except TypeError:
            if len(self._ids) > _MOST_IDS:
                self._ids.clear()
            return self._ids.setdefault(identity(value), identity(value))


class _Untold(Exception):
    """A trail cannot tell of this value."""


class _Walk:
    """One trail in the making. `foreign` counts as it does in photographs."""

    def __init__(self, way: Callable[[type[Any]], _Way], mark: Callable[[object], object]) -> None:
        self.found: list[Any] = []
        self.mark = mark
        self._way = way
        self._seen: dict[int, object] = {}
        self._depth = 0

    def look(self, value: object, foreign: int | None) -> None:
        kind = type(value)
        if identity(kind) in _PLAIN_IDS:
            self.found.append(value)
            return
        way = self._way(kind)
        self.found.append(way)
        if way.step is _only_itself or (foreign is not None and foreign > values.THIRD_PARTY_DEPTH):
            self.found.append(self.mark(value))
        elif identity(value) in self._seen:
            self.found.append(_AGAIN)
        else:
            self._seen[identity(value)] = value
            way.step(self, value, way, foreign)

    def all(self, items: Iterable[object], foreign: int | None) -> None:
        """Look at all of what something holds."""
        self._depth += 1
        if self._depth > values.MAX_DEPTH or len(self.found) > LONGEST:
            raise _Untold
        for each in items:
            if identity(type(each)) in _PLAIN_IDS:
                self.found.append(each)
            else:
                self.look(each, foreign)
        self.found.append(_END)
        self._depth -= 1

    def key(self, key: object) -> None:
        if identity(type(key)) in _PLAIN_IDS:
            self.found.append(key)
        elif type(key) is tuple:
            self.found.append(_KEY)
            for each in key:
                self.key(each)
            self.found.append(_END)
        else:
            self.found.append(weakref.ref(key))


def _into_mapping(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    _bound(dict.__len__(value))
    for key in dict.keys(value):
        walk.key(key)
    walk.all(dict.values(value), foreign)


def _into_sequence(base: type[Any]) -> _Step:
    def into(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
        _bound(base.__len__(value))
        walk.all(base.__iter__(value), foreign)

    return into


def _into_set(base: type[Any]) -> _Step:
    def into(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
        _bound(base.__len__(value))
        for item in base.__iter__(value):
            walk.key(item)
        walk.found.append(_END)

    return into


def _into_function(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    walk.found.append(weakref.ref(value))
    walk.all(map(cell_content, value.__closure__ or ()), 1 if foreign is None else foreign + 1)


def _into_method(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    walk.found.append(weakref.ref(value.__func__))
    walk.look(value.__self__, foreign)


def _into_object(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    try:
        state = object.__getattribute__(value, "__dict__")
    except AttributeError:
        state = {}
    names = [name for name in dict.keys(state) if type(name) is str] if issubclass(type(state), dict) else []
    inside = [dict.__getitem__(state, name) for name in names]
    for name, member in way.slots:
        try:
            inside.append(member.__get__(value, type(value)))
        except AttributeError:
            continue
        names.append(name)
    walk.found.extend(names)
    walk.all(inside, foreign + 1 if foreign is not None else None if way.is_project else 1)
    if not names:
        walk.found.append(walk.mark(value))


def _into_mock(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    walk.found += (weakref.ref(value), object.__getattribute__(value, "__dict__").get("_mock_call_count", 0))


def _into_enum(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    walk.found.append(object.__getattribute__(value, "_name_"))


def _only_itself(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    """Of what is only itself nothing else is told."""


def _untold(walk: _Walk, value: Any, way: _Way, foreign: int | None) -> None:
    raise _Untold


def _bound(size: int) -> None:
    if size > LONGEST:
        raise _Untold


_CONTAINERS: tuple[tuple[type[Any], _Step], ...] = (
    (dict, _into_mapping),
    (list, _into_sequence(list)),
    (tuple, _into_sequence(tuple)),
    (deque, _into_sequence(deque)),
    (set, _into_set(set)),
    (frozenset, _into_set(frozenset)),
)
_OTHERS: dict[Any, _Step] = {
    None: _only_itself,
    values._read_function: _into_function,
    values._read_method: _into_method,
    values._read_object: _into_object,
    values._read_mock: _into_mock,
    values._read_enum: _into_enum,
}


def _step(kind: type[Any], is_project: Callable[[str], bool]) -> _Step:
    """How to look into instances of `kind`: as photographs do, whose readers decide."""
    if kind is slice:
        return _untold
    for base, step in _CONTAINERS:
        if issubclass(kind, base):
            return step
    return _OTHERS.get(values._reader(kind, is_project), _untold)


def _slots(kind: type[Any]) -> Iterable[tuple[str, Any]]:
    for base in type.__getattribute__(kind, "__mro__"):
        for name, member in list(type.__getattribute__(base, "__dict__").items()):
            if type(member) is types.MemberDescriptorType:
                yield name, member
