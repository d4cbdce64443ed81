"""What single objects hold: attributes, slots, cells and fields, read past any code of the project."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any


def attributes_of(value: object, kind: type[Any]) -> Iterator[tuple[str, object]]:
    """Instance attributes from `__dict__` and slots, read past any `__getattr__` of the project."""
    try:
        state = object.__getattribute__(value, "__dict__")
    except AttributeError:
        state = {}
    if issubclass(type(state), dict):
        yield from ((name, item) for name, item in list(dict.items(state)) if type(name) is str)
    for base in type.__getattribute__(kind, "__mro__"):
        for name, member in list(type.__getattribute__(base, "__dict__").items()):
            if type(member) is types.MemberDescriptorType:
                try:
                    yield name, member.__get__(value, kind)
                except AttributeError:
                    continue


def cell_content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def fields_of(kind: type[Any]) -> tuple[str, ...]:
    """The names of the items of a named tuple."""
    found = type.__getattribute__(kind, "__dict__").get("_fields")
    return found if type(found) is tuple and all(type(each) is str for each in found) else ()
