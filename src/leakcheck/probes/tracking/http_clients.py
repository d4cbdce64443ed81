"""What the probes of httpx and httpx2 clients share: where the classes live and how their methods are told of."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from leakcheck.probes.contract import KindOfState, Ledger
from leakcheck.probes.tracking.watched_attribute import watch_attribute
from leakcheck.records import WHOLE

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


@dataclass(frozen=True)
class Part:
    """What a client keeps in `attribute`: an object of the class `cls`, with methods that write to it and others
    that read. `key` makes the name of a location of what a reader is asked for."""

    attribute: str
    cls: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    key: Callable[[str], str] = str


def watch_part(part: Part, holders: Holders, module: ModuleType, probe: KindOfState, ledger: Ledger) -> None:
    """Tell `ledger` of everything that happens to this part of a client; `module` defines the classes."""

    def on_set(client: Any, value: Any, first: bool) -> Any:
        if first:
            ledger.born(probe, client)
        holders.put(value, client)
        return value

    def wrote(value: Any) -> None:
        client = holders.client(value, part.attribute)
        if client is not None:
            ledger.written(probe, client)

    def looked(value: Any, args: tuple[Any, ...]) -> None:
        client = holders.client(value, part.attribute)
        if client is not None:
            ledger.read(probe, client, part.key(args[0]) if args and type(args[0]) is str else WHOLE)

    client_class, part_class = module.BaseClient, getattr(module, part.cls)
    watch_attribute(
        client_class, part.attribute, on_set=on_set, after_set=lambda client: ledger.written(probe, client)
    )
    tell_after(part_class, part.writers, wrote)
    tell_before(part_class, part.readers, looked)
    tell_before(client_class, ("build_request",), lambda client, _: ledger.read(probe, client, WHOLE))
