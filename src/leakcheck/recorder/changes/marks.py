"""`@pytest.mark.leakcheck(ignore=[...], reason=..., depends_on=...)`: what tests say about themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from leakcheck.records import Mark

MARKER = "leakcheck(ignore=[...], reason=..., depends_on=...): what leakcheck shall think of this test"
_KEYS = ("ignore", "reason", "depends_on")


def marks_of(item: pytest.Item) -> tuple[Mark, ...]:
    """The marks that hold for a test: its own, then those of its class and of its file."""
    return tuple(_mark(_place(node), found) for node, found in item.iter_markers_with_node("leakcheck"))


def _place(node: Any) -> str:
    """What carries the mark; of a test with parameters, all of them."""
    name = str(node.nodeid)
    return name.partition("[")[0] if isinstance(node, pytest.Item) else name or "conftest.py"


def _mark(where: str, found: pytest.Mark) -> Mark:
    ignore, depends_on = _texts(found.kwargs.get("ignore")), _texts(found.kwargs.get("depends_on"))
    reason = found.kwargs.get("reason")
    wrong = "; ".join(_wrong(found.args, found.kwargs, ignore, depends_on))
    return Mark(where, ignore or (), reason if isinstance(reason, str) else "", depends_on or (), wrong)


def _texts(value: object) -> tuple[str, ...] | None:
    """One text or several; None for anything else."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(each, str) for each in value):
        return tuple(sorted(value) if isinstance(value, (set, frozenset)) else value)
    return None if value is not None else ()


def _wrong(
    args: tuple[object, ...],
    given: Mapping[str, object],
    ignore: tuple[str, ...] | None,
    depends_on: tuple[str, ...] | None,
) -> Iterator[str]:
    if args:
        yield f"its arguments need names: {', '.join(_KEYS)}"
    for name in given:
        if name not in _KEYS:
            yield f"it takes no {name}; it takes {', '.join(_KEYS)}"
    for name, texts in (("ignore", ignore), ("depends_on", depends_on)):
        if texts is None or (name in given and not texts):
            yield f"{name} is a text or a list of texts"
    reason = given.get("reason")
    if "ignore" in given and (not isinstance(reason, str) or not reason.strip()):
        yield 'ignore needs a reason: reason="..."'
    if not args and "ignore" not in given and "depends_on" not in given:
        yield "it says neither ignore nor depends_on"
