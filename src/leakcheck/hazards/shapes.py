"""What a value of plain containers holds, to tell whether it was changed: no code of the project is run."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator
from types import MemberDescriptorType
from typing import Any, Final

from leakcheck.hazards.attributes import attributes, declared
from leakcheck.snapshots.identity import identity

Shape = tuple[Any, ...]
MISSING: Final = object()
_MOST, _DEEPEST = 100, 20
"""So many parts at most: it is looked at after every test."""
_PLAIN = (str, bytes, int, float, complex, bool, type(None))
_ORDERED = (list, tuple, deque)
_DICTS = (dict, Counter, OrderedDict)
_FIELDS = ("__dataclass_fields__", "__pydantic_fields__", "__attrs_attrs__")


class _TooMuch(Exception):
    pass


def shape(value: object) -> Shape | None:
    """What `value` holds, equal for the same content; None for what is no mutable value of a plain sort, and for
    what is too large."""
    if type(value) not in (list, *_DICTS, set, bytearray, deque) and _fields(value) is None:
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
    fields = value if kind in _DICTS else _fields(value)
    return (kind, identity(value)) if fields is None else (kind, *_pairs(fields, left, depth))


def _shapes(values: Iterable[object], left: Iterator[int], depth: int) -> Iterator[Shape]:
    return (_shape(each, left, depth + 1) for each in values)


def _pairs(values: dict[Any, object], left: Iterator[int], depth: int) -> Iterator[Shape]:
    for key, each in list(dict.items(values)):
        yield _shape(key, left, depth + 1), _shape(each, left, depth + 1)


def _fields(value: object) -> dict[str, object] | None:
    """The declared fields of an instance of a data class, be it of attrs, or a Pydantic model; what else stands on
    it may be made on first use."""
    cls = type(value)
    names = _names(next((found for name in _FIELDS if (found := declared(cls, name)) is not None), None))
    if names is None:
        return None
    values = attributes(value)
    found = {name: values[name] if name in values else _in_slot(cls, name, value) for name in names}
    return {name: each for name, each in found.items() if each is not MISSING}


def _names(fields: Any) -> list[str] | None:
    if type(fields) is dict:
        return list(fields)
    if issubclass(type(fields), tuple):  # as attrs has it
        return [name for each in tuple.__iter__(fields) if type(name := getattr(each, "name", None)) is str]
    return None


def _in_slot(cls: type[Any], name: str, value: object) -> object:
    """What an instance keeps in a slot."""
    slot = declared(cls, name)
    try:
        return slot.__get__(value, cls) if type(slot) is MemberDescriptorType else MISSING
    except AttributeError:  # an empty one
        return MISSING
