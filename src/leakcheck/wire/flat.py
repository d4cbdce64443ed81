"""Flat records as JSON objects: the codec of messages and configurations.

How a record is read is settled when its class is made known, which is when its module is imported: an audited suite
may replace what the standard library would look up later.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import partial
from typing import Any, Generic, TypeVar

from leakcheck.errors import Unreadable

T = TypeVar("T")
Reader = Callable[[Any], Any]


class _Encoder(json.JSONEncoder):
    """Of our own: a test of the audited suite may replace the encoder's methods for good."""

    encode = json.JSONEncoder.encode
    iterencode = json.JSONEncoder.iterencode


_ENCODE = _Encoder(separators=(",", ":"), ensure_ascii=True).encode
_DECODE = json.JSONDecoder().decode


class Flat(Generic[T]):
    """Reads and writes one class of flat records: their fields are text, numbers, yes or no, lists of text, or
    mappings of text."""

    def __init__(self, cls: type[T]) -> None:
        hints = typing.get_type_hints(cls)
        specs = fields(typing.cast(Any, cls))
        self.cls = cls
        self._readers = {spec.name: _reader(hints[spec.name]) for spec in specs}
        self._needed = {each.name for each in specs if each.default is MISSING and each.default_factory is MISSING}

    def plain(self, record: T) -> dict[str, Any]:
        return {name: _plain(getattr(record, name)) for name in self._readers}

    def read(self, body: Mapping[str, Any]) -> T:
        """The record that `body` tells; `Unreadable` names the field that is wrong."""
        for wrong, names in (("lacks", self._needed - body.keys()), ("has", body.keys() - self._readers)):
            if names:
                raise Unreadable(f"{self.cls.__name__} {wrong} {', '.join(sorted(names))}")
        return self.cls(**{name: self._value(name, value) for name, value in body.items()})

    def _value(self, name: str, value: Any) -> Any:
        try:
            return self._readers[name](value)
        except TypeError as error:
            raise Unreadable(f"{self.cls.__name__}.{name}: {error}") from error


def to_json(body: Mapping[str, Any]) -> str:
    """One line, without its end."""
    return _ENCODE(body)


def from_json(text: str | bytes) -> dict[str, Any]:
    """The object of one line; `Unreadable` if it is none."""
    try:
        body = _DECODE(text.decode("ascii") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON: {error}") from error
    if type(body) is not dict:
        raise Unreadable(f"no JSON object: {type(body).__name__}")
    return body


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _reader(hint: Any) -> Reader:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return partial(_one_of, arguments)
    if origin is tuple:
        return _texts
    if origin is not None:
        return _mapping
    return partial(_exactly, hint)


def _exactly(expected: type[Any], value: Any) -> Any:
    if type(value) is not expected:
        raise TypeError(f"{expected.__name__} expected, not {type(value).__name__}")
    return value


def _one_of(options: tuple[Any, ...], value: Any) -> Any:
    if value not in options:
        raise TypeError(f"{value!r} is none of {', '.join(map(str, options))}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_exactly(str, each) for each in _exactly(list, value))


def _mapping(value: Any) -> Mapping[str, str]:
    return {_exactly(str, key): _exactly(str, each) for key, each in _exactly(dict, value).items()}
