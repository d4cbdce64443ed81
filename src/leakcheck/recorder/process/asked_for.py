"""The fixtures that a test has: those that it and its fixtures name, and those that these ask for while they are
set up, as plugins do (`request.getfixturevalue("django_db_setup")`)."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest

_ASKS = "getfixturevalue"


def fixtures_of(item: pytest.Item) -> list[Any]:
    """All definitions that may be asked for; of those that are asked for by a name that is made up, none."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    waiting = [each for definitions in known.values() for each in definitions]
    found: dict[int, Any] = {}
    while waiting:
        definition = waiting.pop()
        if id(definition) not in found:
            found[id(definition)] = definition
            for name in _names(definition):
                waiting += known.get(name) or _definitions(item, name)
    return list(found.values())


def _names(definition: Any) -> Iterator[str]:
    yield from getattr(definition, "argnames", ())
    function = getattr(definition, "func", None)
    function = getattr(function, "__func__", function)
    if isinstance(function, FunctionType) and _ASKS in function.__code__.co_names:
        yield from (each for each in function.__code__.co_consts if type(each) is str and each.isidentifier())


def _definitions(item: pytest.Item, name: str) -> list[Any]:
    try:
        return list(item.session._fixturemanager.getfixturedefs(name, item) or ())
    except Exception:  # it is private to pytest, and an older one wants the id of a node there
        return []
