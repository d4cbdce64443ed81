"""Markers that stand where a value would: absent, and a list of items."""

from __future__ import annotations

from typing import Any

from leakcheck.records import NO_VALUE


class Items(tuple[Any, ...]):
    """What a list or a set held."""

    __slots__ = ()


class FileContent(bytes):
    """What a file held. It is shown as a digest, whatever its name is."""

    __slots__ = ()


class Missing:
    """The value of a key that is not there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return NO_VALUE


MISSING = Missing()
