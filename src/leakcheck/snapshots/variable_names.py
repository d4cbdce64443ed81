"""Names of context variables that share the one they were made with, as all those of `asgiref.local.Local` do:
Django keeps the active language, the time zone and the URLs of a thread in such.

Each goes by the name of a module that holds it, or holds an object that does: `django.utils.timezone._active`. They
are looked for from the modules: the collector does not tell who holds what it was told to leave alone.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from leakcheck.snapshots.attributes import Slots, state_of
from leakcheck.snapshots.identity import identity

_STEPS = 3
"""From a module's name to the variable: an object, and one inside of it."""
_OTHER = frozenset(
    map(
        identity,
        (
            str, int, float, bool, bytes, type(None), type, dict, list, tuple, set, frozenset, property,
            types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.MethodType,
        ),
    )
)  # fmt: skip
"""Types of what holds no variable as an attribute."""


class VariableNames:
    """Each is looked for once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ContextVar[Any], str | None]] = {}

    def of(self, variables: Iterable[ContextVar[Any]]) -> list[tuple[str, ContextVar[Any]]]:
        """(name, variable) of those that can be told from all others."""
        wanted = list(variables)
        unknown = {identity(each): each for each in wanted if identity(each) not in self._known}
        if unknown:
            found = _found(unknown)
            self._known.update((key, (each, found.get(key))) for key, each in unknown.items())
        named = [(self._known[identity(each)][1], each) for each in wanted]
        return [(name, each) for name, each in named if name is not None]


def _found(wanted: Mapping[int, ContextVar[Any]]) -> dict[int, str]:
    """The first name, in the order of names, of each that a module holds."""
    found: dict[int, str] = {}
    for name, module in sorted(_modules()):
        for key, value in list(module.items()):
            for each in _variables(value, _STEPS):
                if identity(each) in wanted and type(key) is str:
                    found.setdefault(identity(each), f"{name}.{key}")
    return found


def _modules() -> list[tuple[str, dict[str, Any]]]:
    return [(name, each.__dict__) for name, each in list(sys.modules.items()) if type(each) is types.ModuleType]


def _variables(value: Any, steps: int) -> Iterator[ContextVar[Any]]:
    kind = type(value)
    if kind is ContextVar:
        yield value
    elif steps > 1 and identity(kind) not in _OTHER and not issubclass(kind, type):
        for each in _attributes(value, kind):
            yield from _variables(each, steps - 1)


def _attributes(value: Any, kind: type[Any]) -> Iterator[Any]:
    yield from list((state_of(value) or {}).values())
    for _, member in Slots.of(kind):
        try:
            yield member.__get__(value, kind)
        except AttributeError:  # an empty slot
            continue
