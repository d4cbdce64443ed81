"""A data descriptor over one instance attribute: its value stays in `__dict__`, every access is told.

It is set on a class right after the import of its module, so that `app.dependency_overrides = {}` is seen
although a plain dict takes the place of the watched one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class WatchedAttribute:
    """Stands on a class for the attribute `name` that its instances keep in their `__dict__`.

    `on_set(owner, value, first)` returns the value to keep; `on_get(owner, value)` is told of each access.
    """

    def __init__(
        self,
        name: str,
        on_set: Callable[[Any, Any, bool], Any],
        on_get: Callable[[Any, Any], None] | None = None,
        after_set: Callable[[Any], None] | None = None,
    ) -> None:
        self._name = name
        self._on_set = on_set
        self._on_get = on_get
        self._after_set = after_set

    def __get__(self, owner: Any, kind: type[Any] | None = None) -> Any:
        if owner is None:
            raise AttributeError(f"type object {kind.__name__!r} has no attribute {self._name!r}")  # type: ignore[union-attr]
        try:
            value = owner.__dict__[self._name]
        except KeyError:
            message = f"{type(owner).__name__!r} object has no attribute {self._name!r}"
            raise AttributeError(message, name=self._name, obj=owner) from None
        if self._on_get is not None:
            self._on_get(owner, value)
        return value

    def __set__(self, owner: Any, value: Any) -> None:
        state = owner.__dict__
        state[self._name] = self._on_set(owner, value, self._name not in state)
        if self._after_set is not None:
            self._after_set(owner)

    def __delete__(self, owner: Any) -> None:
        try:
            del owner.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name) from None
        if self._after_set is not None:
            self._after_set(owner)


def is_watched(owner: object, name: object) -> bool:
    """Whether every access to `name` of `owner` is told already, by the probe of a kind that is tracked."""
    classes = type.__getattribute__(type(owner), "__mro__")
    return any(type(type.__getattribute__(each, "__dict__").get(name)) is WatchedAttribute for each in classes)


def watch_attribute(
    cls: type[Any],
    name: str,
    *,
    on_set: Callable[[Any, Any, bool], Any],
    on_get: Callable[[Any, Any], None] | None = None,
    after_set: Callable[[Any], None] | None = None,
) -> None:
    """Watch `name` on the instances of `cls`, unless the class defines it in a way of its own."""
    if name not in vars(cls):
        setattr(cls, name, WatchedAttribute(name, on_set, on_get, after_set))
