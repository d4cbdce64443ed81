"""What a value of plain containers holds, to tell whether it was changed: no code of the project is run."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from leakcheck.hazards.attributes import attributes
from leakcheck.snapshots.identity import identity

Shape = tuple[Any, ...]
MISSING: Final = object()
_MOST, _DEEPEST = 100, 20
"""So many parts at most: it is looked at after every test."""
_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_ORDERED = (list, tuple, deque)
_FIELDS = ("__dataclass_fields__", "__pydantic_fields__")


class _TooMuch(Exception):
    pass


def shape(value: object) -> Shape | None:
    """What `value` holds, equal for the same content; None for what is no mutable value of a plain sort, and for
    what is too large."""
    if type(value) not in (list, dict, set, bytearray, deque) and _fields(value) is None:
        return None
    try:
        return _shape(value, iter(range(_MOST)), 0)
    except _TooMuch:
        return None


def _shape(value: Any, left: Iterator[int], depth: int) -> Shape:
    if depth > _DEEPEST or next(left, None) is None:
        raise _TooMuch
    kind = type(value)
    if kind in _PLAIN:
        return kind, value
    if kind is bytearray:
        return kind, bytes(value)
    if kind in _ORDERED:
        return kind, *_shapes(list(value), left, depth)
    if kind in (set, frozenset):
        return kind, frozenset(_shapes(list(value), left, depth))
    fields = value if kind is dict else _fields(value)
    return (kind, identity(value)) if fields is None else (kind, *_pairs(fields, left, depth))


def _shapes(values: Iterable[object], left: Iterator[int], depth: int) -> Iterator[Shape]:
    return (_shape(each, left, depth + 1) for each in values)


def _pairs(values: dict[Any, object], left: Iterator[int], depth: int) -> Iterator[Shape]:
    for key, each in list(dict.items(values)):
        yield _shape(key, left, depth + 1), _shape(each, left, depth + 1)


def _fields(value: object) -> dict[str, object] | None:
    """The declared fields of an instance of a data class or a Pydantic model; what else stands on it may be made on
    first use."""
    names = next((vars(cls)[name] for cls in type(value).__mro__ for name in _FIELDS if name in vars(cls)), None)
    if type(names) is not dict:
        return None
    values = attributes(value)
    return {name: values[name] for name in names if name in values}
