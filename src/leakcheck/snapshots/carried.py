"""What an object of a library carries that the project has put on it: attributes that are not of the library."""

from __future__ import annotations

from collections.abc import Iterator
from opcode import EXTENDED_ARG, opmap
from types import CodeType, FunctionType
from typing import Any

_STORE_ATTR = opmap["STORE_ATTR"]


class Carried:
    """The attributes in `state`, the `__dict__` of an object, but for its `own` ones and those that are private."""

    __slots__ = ("_own", "state")

    def __init__(self, state: dict[str, Any], own: frozenset[str]) -> None:
        self.state = state
        self._own = own

    def read(self) -> dict[Any, Any]:
        """Name -> value."""
        return {
            name: value
            for name, value in list(dict.items(self.state))
            if type(name) is str and not name.startswith("_") and name not in self._own
        }


def names_in_class(kind: type[Any]) -> frozenset[str]:
    """The names that a class and its bases have and declare, and those of attributes that their code sets."""
    found = set[str]()
    for base in type.__getattribute__(kind, "__mro__"):
        members = type.__getattribute__(base, "__dict__")
        found.update(members, members.get("__annotations__") or ())
        for member in members.values():
            function = member.fget if type(member) is property else getattr(member, "__func__", member)
            if type(function) is FunctionType:
                found.update(_set_by(function.__code__))
    return frozenset(found)


def _set_by(code: CodeType) -> Iterator[str]:
    """The names of attributes that `code` sets."""
    raw, extended = code.co_code, 0
    for place in range(0, len(raw), 2):
        operation, argument = raw[place], raw[place + 1] | extended
        extended = argument << 8 if operation == EXTENDED_ARG else 0
        if operation == _STORE_ATTR:
            yield code.co_names[argument]
