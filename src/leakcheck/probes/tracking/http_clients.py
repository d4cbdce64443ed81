"""What the probes of httpx and httpx2 clients share: where the classes live and how their methods are told of."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from leakcheck.probes.contract import KindOfState, Ledger
from leakcheck.probes.tracking.watched_attribute import watch_attribute
from leakcheck.records import WHOLE
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.stand_ins import stands_in_for

MODULES = ("httpx", "httpx2")


Ids = Container[int]
"""Identities of the instances that are told of. Most headers are those of a request, and no client's."""


def tell_after(cls: type[Any], names: Iterable[str], tell: Callable[[Any], None], told: Ids) -> None:
    """After each call of the methods `names` of `cls`, tell of the instance, if it is one of `told`."""
    for name in names:
        method = vars(cls).get(name)
        if method is not None:
            setattr(cls, name, _after(method, tell, told))


def tell_before(
    cls: type[Any], names: Iterable[str], tell: Callable[[Any, tuple[Any, ...]], None], told: Ids | None = None
) -> None:
    """Before each call of the methods `names` of `cls`, tell of the instance and the positional arguments; only of
    those in `told`, if that is given."""
    for name in names:
        method = vars(cls).get(name)
        if method is not None:
            setattr(cls, name, _before(method, tell, told))


def _after(method: Callable[..., Any], tell: Callable[[Any], None], told: Ids) -> Callable[..., Any]:
    @stands_in_for(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            if identity(self) in told:
                tell(self)

    return wrapper


def _before(
    method: Callable[..., Any], tell: Callable[[Any, tuple[Any, ...]], None], told: Ids | None
) -> Callable[..., Any]:
    @stands_in_for(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        if told is None or identity(self) in told:
            tell(self, args)
        return method(self, *args, **kwargs)

    return wrapper


class Holders:
    """Which client holds a cookie jar or a header list: by identity, without keeping either alive."""

    def __init__(self) -> None:
        self._clients: dict[int, weakref.ref[Any]] = {}

    @property
    def parts(self) -> Ids:
        """The identities of all that clients hold."""
        return self._clients

    def put(self, part: Any, client: Any) -> None:
        clients, place = self._clients, identity(part)

        def gone(ref: weakref.ref[Any]) -> None:
            if clients.get(place) is ref:
                del clients[place]

        clients[place] = weakref.ref(client, gone)

    def client(self, part: Any, attribute: str) -> Any:
        """The client whose `attribute` is `part`, None for any other part."""
        ref = self._clients.get(identity(part))
        client = None if ref is None else ref()
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
    tell_after(part_class, part.writers, wrote, holders.parts)
    if not ledger.asks_for_reads(probe.kind):
        return
    tell_before(part_class, part.readers, looked, holders.parts)
    tell_before(client_class, ("build_request",), lambda client, _: ledger.read(probe, client, WHOLE))
