"""What the routes of a FastAPI application depend on, read off its objects: none of the project's code is run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.snapshots.type_names import label

_DEEPEST, _MOST = 8, 5_000


def dependencies_of(dependant: Any) -> Iterator[str]:
    """The names of all callables in a tree of dependants, but its root."""
    waiting, left = list(getattr(dependant, "dependencies", ())), _MOST
    while waiting and left:
        each, left = waiting.pop(), left - 1
        call = getattr(each, "call", None)
        if call is not None:
            yield label(call)
        waiting.extend(getattr(each, "dependencies", ()))


def dependencies_of_app(app: object) -> frozenset[str]:
    """The names of all callables that any route of an application depends on, and of what routers add to theirs."""
    found: set[str] = set()
    router = attributes(app).get("router")
    _collect(router, found, 0)
    return frozenset(found)


def is_mounted(inner: object, outer: object) -> bool:
    """Whether an application is mounted in another one, be it wrapped in middleware."""
    waiting, left = [attributes(outer).get("router")], _MOST
    while waiting and left:
        values, left = attributes(waiting.pop()), left - 1
        if values.get("app") is inner:
            return True
        waiting.extend(
            (
                *_items(values.get("routes")),
                *(values[name] for name in ("app", "original_router") if name in values),
            )
        )
    return False


def _collect(node: object, found: set[str], depth: int) -> None:
    values = attributes(node)
    if depth > _DEEPEST or not values:
        return
    found.update(dependencies_of(values.get("dependant")))
    included = attributes(values.get("include_context"))
    for depends in (*_items(values.get("dependencies")), *_items(included.get("dependencies"))):
        call = getattr(depends, "dependency", None)
        if call is not None:
            found.add(label(call))
    inner = (values.get("original_router"), values.get("router"))
    for each in (*_items(values.get("routes")), *(router for router in inner if router is not None)):
        _collect(each, found, depth + 1)


def _items(value: object) -> tuple[object, ...]:
    return tuple(value)[:_MOST] if type(value) in (list, tuple) else ()  # type: ignore[arg-type]
