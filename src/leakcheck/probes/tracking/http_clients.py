"""What the probes of httpx and httpx2 clients share: where the classes live and how their methods are told of."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from typing import Any

MODULES = ("httpx", "httpx2")


def tell_after(cls: type[Any], names: Iterable[str], tell: Callable[[Any], None]) -> None:
    """After each call of the methods `names` of `cls`, tell of the instance."""
    for name in names:
        method = vars(cls).get(name)
        if method is not None:
            setattr(cls, name, _after(method, tell))


def tell_before(cls: type[Any], names: Iterable[str], tell: Callable[[Any, tuple[Any, ...]], None]) -> None:
    """Before each call of the methods `names` of `cls`, tell of the instance and the positional arguments."""
    for name in names:
        method = vars(cls).get(name)
        if method is not None:
            setattr(cls, name, _before(method, tell))


def _after(method: Callable[..., Any], tell: Callable[[Any], None]) -> Callable[..., Any]:
    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            tell(self)

    return wrapper


def _before(method: Callable[..., Any], tell: Callable[[Any, tuple[Any, ...]], None]) -> Callable[..., Any]:
    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        tell(self, args)
        return method(self, *args, **kwargs)

    return wrapper


class Holders:
    """Which client holds a cookie jar or a header list: by identity, without keeping either alive."""

    def __init__(self) -> None:
        self._clients: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()

    def put(self, part: Any, client: Any) -> None:
        self._clients[id(part)] = client

    def client(self, part: Any, attribute: str) -> Any:
        """The client whose `attribute` is `part`, None for any other part."""
        client = self._clients.get(id(part))
        return client if client is not None and client.__dict__.get(attribute) is part else None
