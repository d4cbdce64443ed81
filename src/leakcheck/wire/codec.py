"""Events as lines of JSON, and back: checked field by field."""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, Union

from leakcheck.errors import Unreadable
from leakcheck.records import Kind, Location, Order, Question
from leakcheck.wire.events import Event, Header
from leakcheck.wire.format_2 import order_of_format_2

_CLASSES: Mapping[str, type[Any]] = {cls.__name__.lower(): cls for cls in typing.get_args(Event)}
_TAGS: Mapping[type[Any], str] = {cls: cls.__name__.lower() for cls in typing.get_args(Question)}
"""A field that holds one record out of several says which it is."""


class _Encoder(json.JSONEncoder):
    """Of our own: a test of the audited suite may replace json.dumps, or the encoder's methods, for good."""

    encode = json.JSONEncoder.encode
    iterencode = json.JSONEncoder.iterencode


_DECODE = json.JSONDecoder().decode


def encode(event: Event) -> bytes:
    """One line without its seal, with its line end: what a seal is put on."""
    body = {"event": type(event).__name__.lower(), **_plain(event)}
    return (_ENCODE(body) + "\n").encode("ascii")


@cache
def _fields(cls: Any) -> Callable[[Any], dict[str, Any]]:
    """What gives the fields of a record of this class; of a mapping that is no dict, its items."""
    if not is_dataclass(cls):
        return dict
    names = tuple(spec.name for spec in fields(cls))
    tag = {"is": name} if (name := _TAGS.get(typing.cast("type[Any]", cls))) else {}
    if len(names) < 2:  # of one name a getter gives no tuple
        return lambda record: tag | {name: getattr(record, name) for name in names}
    values = attrgetter(*names)
    if tag:
        return lambda record: tag | dict(zip(names, values(record), strict=True))
    return lambda record: dict(zip(names, values(record), strict=True))


def _plain(record: Any) -> dict[str, Any]:
    """What the encoder asks for."""
    return _fields(typing.cast(Hashable, type(record)))(record)


_ENCODE = _Encoder(separators=(",", ":"), ensure_ascii=True, check_circular=False, default=_plain).encode


def decode(line: bytes | str) -> Event:
    """The event of one line without its seal; `Unreadable` if it is not exactly one event of this format."""
    try:
        body = _DECODE(line.decode("ascii") if isinstance(line, bytes) else line)
        cls = _CLASSES[body.pop("event")]
        if cls is Header and body.get("order") is not None:
            body["order"] = order_of_format_2(body["order"])
        event: Event = _reader(typing.cast(Hashable, cls))(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Unreadable(f"not an event: {type(error).__name__}: {error}") from error
    return event


Reader = Callable[[Any], Any]
"""Makes what was written of a decoded value; TypeError when it has another shape."""


def prepare() -> None:
    """Make the readers that an order needs, so that no fork has to."""
    for cls in (Header, Order, Location, *_TAGS):
        _readers(cls)


@cache
def _reader(hint: Any) -> Reader:
    """How instances of `hint` are read: found out once, as there are very many of them."""
    if is_dataclass(hint):
        return _read_kind if hint is Kind else _of_record(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return _of_tuple(_reader(arguments[0]))
    if origin in (Union, types.UnionType):
        return _of_union(arguments)
    if origin is typing.Literal:
        return partial(_one_of, arguments)
    if origin is not None:
        return _of_mapping(_reader(arguments[1]))
    return _number if hint is float else partial(_checked, hint)


@cache
def _readers(cls: Any) -> dict[str, Reader]:
    return {name: _reader(hint) for name, hint in typing.get_type_hints(cls).items()}


def _of_record(cls: Any) -> Reader:
    def read(value: Any) -> Any:
        readers = _readers(cls)
        return cls(**{name: readers[name](item) for name, item in value.items()})

    return read


def _read_kind(value: Any) -> Any:
    """Of a kind no more than how it is tracked was stored before probes declared more."""
    return _of_record(Kind)({"tracking": value} if type(value) is str else value)


def _of_tuple(read: Reader) -> Reader:
    return lambda value: tuple(map(read, _checked(list, value)))


def _of_mapping(read: Reader) -> Reader:
    return lambda value: {key: read(item) for key, item in _checked(dict, value).items()}


def _of_union(options: tuple[Any, ...]) -> Reader:
    records = [option for option in options if option is not type(None)]
    read = _reader(records[0]) if len(records) == 1 else _of_tagged({_TAGS[each]: each for each in records})
    if len(records) == len(options):
        return read
    return lambda value: None if value is None else read(value)


def _of_tagged(named: Mapping[str, Any]) -> Reader:
    """One record out of several, which says which it is."""
    return lambda value: _reader(named[value["is"]])({key: item for key, item in value.items() if key != "is"})


def _number(value: Any) -> float:
    number = float(value) if type(value) is int else _checked(float, value)
    if not math.isfinite(number):
        raise TypeError(f"{number} is no number")
    return float(number)


def _one_of(options: tuple[Any, ...], value: Any) -> Any:
    if value not in options:
        raise TypeError(f"{value!r} is none of {options}")
    return value


def _checked(expected: type[Any], value: Any) -> Any:
    if type(value) is not expected:
        raise TypeError(f"{expected.__name__} expected, not {type(value).__name__}")
    return value
