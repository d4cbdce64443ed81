"""A dict that tells who reads and writes it; it pickles, copies and compares as the plain dict it replaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class TrackedDict(dict[Any, Any]):
    """`on_read(key)` is told before a look-up, `on_write(key)` after a change; `ALL` stands for every key."""

    __slots__ = ("on_read", "on_write")
    on_read: Callable[[object], None]
    on_write: Callable[[object], None]

    ALL = object()

    def __getitem__(self, key: Any) -> Any:
        self.on_read(key)
        return dict.__getitem__(self, key)

    def get(self, key: Any, default: Any = None) -> Any:
        self.on_read(key)
        return dict.get(self, key, default)

    def __contains__(self, key: object) -> bool:
        self.on_read(key)
        return dict.__contains__(self, key)

    def __iter__(self) -> Iterator[Any]:
        self.on_read(self.ALL)
        return dict.__iter__(self)

    def __len__(self) -> int:
        self.on_read(self.ALL)
        return dict.__len__(self)

    def __eq__(self, other: object) -> bool:
        self.on_read(self.ALL)
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        self.on_read(self.ALL)
        return dict.__ne__(self, other)

    __hash__ = None

    def keys(self) -> Any:
        self.on_read(self.ALL)
        return dict.keys(self)

    def values(self) -> Any:
        self.on_read(self.ALL)
        return dict.values(self)

    def items(self) -> Any:
        self.on_read(self.ALL)
        return dict.items(self)

    def copy(self) -> dict[Any, Any]:
        self.on_read(self.ALL)
        return dict(dict.items(self))

    @classmethod
    def fromkeys(cls, keys: Any, value: Any = None) -> Any:
        return dict.fromkeys(keys, value)

    def __copy__(self) -> dict[Any, Any]:
        return self.copy()

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (self.copy(),)

    def __or__(self, other: Any) -> Any:
        return self.copy() | other

    def __ror__(self, other: Any) -> Any:
        return other | self.copy()

    def __setitem__(self, key: Any, value: Any) -> None:
        dict.__setitem__(self, key, value)
        self.on_write(key)

    def __delitem__(self, key: Any) -> None:
        dict.__delitem__(self, key)
        self.on_write(key)

    def __ior__(self, other: Any) -> Any:
        dict.update(self, other)
        self.on_write(self.ALL)
        return self

    def update(self, *args: Any, **kwargs: Any) -> None:
        dict.update(self, *args, **kwargs)
        self.on_write(self.ALL)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        self.on_read(key)
        value = dict.setdefault(self, key, default)
        self.on_write(key)
        return value

    def pop(self, key: Any, *default: Any) -> Any:
        value = dict.pop(self, key, *default)
        self.on_write(key)
        return value

    def popitem(self) -> tuple[Any, Any]:
        key, value = dict.popitem(self)
        self.on_write(key)
        return key, value

    def clear(self) -> None:
        dict.clear(self)
        self.on_write(self.ALL)


def tracked(
    content: dict[Any, Any], on_read: Callable[[object], None], on_write: Callable[[object], None]
) -> TrackedDict:
    """A tracked dict with the same content."""
    result = TrackedDict()
    result.on_read, result.on_write = on_read, on_write
    dict.update(result, content)
    return result
