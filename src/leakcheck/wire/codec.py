"""Events as lines of JSON, and back: checked field by field."""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
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
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(cls))


def _plain(record: Any) -> dict[str, Any]:
    """The fields of a record; of a mapping that is no dict, its items. What is in them the encoder asks for."""
    cls = type(record)
    if not is_dataclass(cls):
        return dict(record)
    tag = {"is": _TAGS[cls]} if cls in _TAGS else {}
    return tag | {name: getattr(record, name) for name in _names(cls)}


_ENCODE = _Encoder(separators=(",", ":"), ensure_ascii=True, check_circular=False, default=_plain).encode


def decode(line: bytes | str) -> Event:
    """The event of one line without its seal; `Unreadable` if it is not exactly one event of this format."""
    try:
        body = _DECODE(line.decode("ascii") if isinstance(line, bytes) else line)
        cls = _CLASSES[body.pop("event")]
        if cls is Header and body.get("order") is not None:
            body["order"] = order_of_format_2(body["order"])
        event: Event = _build(cls, body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Unreadable(f"not an event: {type(error).__name__}: {error}") from error
    return event


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def prepare() -> None:
    """Resolve the annotations that reading an order needs, so that no fork has to."""
    for cls in (Header, Order, Location, *_TAGS):
        _hints(cls)


def _build(hint: Any, value: Any) -> Any:
    """`value` as an instance of `hint`; TypeError when it has another shape."""
    if is_dataclass(hint):
        return _build_record(hint, value)
    origin = typing.get_origin(hint)
    if origin is tuple:
        return tuple(_build(typing.get_args(hint)[0], item) for item in _checked(value, list))
    if origin in (Union, types.UnionType):
        return _build_union(typing.get_args(hint), value)
    if origin is typing.Literal:
        return _one_of(typing.get_args(hint), value)
    if origin is not None:
        return {key: _build(typing.get_args(hint)[1], item) for key, item in _checked(value, dict).items()}
    return _number(value) if hint is float else _checked(value, hint)


def _build_record(cls: Any, value: Any) -> Any:
    if cls is Kind and type(value) is str:  # all that was stored of a kind before probes declared more
        value = {"tracking": value}
    hints = _hints(typing.cast(Hashable, cls))
    return cls(**{key: _build(hints[key], item) for key, item in value.items()})


def _number(value: Any) -> float:
    number = float(value) if type(value) is int else _checked(value, float)
    if not math.isfinite(number):
        raise TypeError(f"{number} is no number")
    return float(number)


def _build_union(options: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in options:
        return None
    records = [option for option in options if option is not type(None)]
    if len(records) == 1:
        return _build(records[0], value)
    tag = value["is"]
    named = {_TAGS[option]: option for option in records}
    return _build(named[tag], {key: item for key, item in value.items() if key != "is"})


def _one_of(options: tuple[Any, ...], value: Any) -> Any:
    if value not in options:
        raise TypeError(f"{value!r} is none of {options}")
    return value


def _checked(value: Any, expected: type[Any]) -> Any:
    if type(value) is not expected:
        raise TypeError(f"{expected.__name__} expected, not {type(value).__name__}")
    return value
