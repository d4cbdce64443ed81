"""Providers of dependency-injector's containers: overrides that stay, and singletons that were made.

Containers are written in C and hold their providers where no walk through objects comes. Looked at only to explain
what nothing else does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.snapshots.reachable import is_project

_CONTAINERS, _PROVIDERS = "dependency_injector.containers", "dependency_injector.providers"
_MADE = " (instance)"


class Probe(Setting):
    """Owner: the container, as a module of the project has it. Key: the provider, with its way through containers
    in it. Value: the provider that overrides it, or what a singleton has made. What is not there is not told."""

    kind = "providers"
    tracking: Tracking = "on demand"
    about = About(
        form="provider $key of $owner",
        whole="the providers of $owner",
        advice=(
            "Override in a `with` block (`with container.mailer.override(...):`), or in a fixture that calls "
            "`container.mailer.reset_override()` behind its yield. Singletons are forgotten by "
            "`container.reset_singletons()`."
        ),
    )

    def read(self) -> Values:
        if _PROVIDERS not in sys.modules:
            return {}
        return dict(_values())

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """AttributeError where a singleton was to get an instance back: there is no way but to make it anew."""
        for name, way, provider in list(_found()):
            if (name, way) == (owner, key.removesuffix(_MADE)):
                if key.endswith(_MADE):
                    _forget(provider, value)
                else:
                    provider.reset_override()
                    if value is not None:
                        provider.override(value)


def _forget(provider: Any, value: Any) -> None:
    if value is not None:
        raise AttributeError("the instance of a singleton cannot be set")
    provider.reset()


def _values() -> Iterator[tuple[tuple[str, str], Any]]:
    for owner, key, provider in _found():
        overriding = provider.last_overriding
        if overriding is not None:
            yield (owner, key), overriding
        made = _made(provider)
        if made is not MISSING:
            yield (owner, key + _MADE), made


def _made(provider: Any) -> Any:
    """What a singleton keeps: it is the last that the object refers to, behind what it is made with."""
    kinds = vars(sys.modules[_PROVIDERS])
    if not isinstance(provider, (kinds["Singleton"], kinds["ThreadSafeSingleton"])):
        return MISSING
    last = gc.get_referents(provider)[-1]
    return MISSING if last is None or isinstance(last, (kinds["Provider"], type, tuple)) else last


def _found() -> Iterator[tuple[str, str, Any]]:
    """(owner, way, provider) of the containers that the project's modules have, each under its first name."""
    kinds = vars(sys.modules[_CONTAINERS])
    seen: set[int] = set()
    for name, module in sorted(sys.modules.items()):
        if isinstance(module, type(sys)) and is_project(module):
            for each, value in sorted(vars(module).items()):
                if _is_container(value, kinds) and id(value) not in seen:
                    seen.add(id(value))
                    yield from ((f"{name}:{each}", *found) for found in _within("", value))


def _is_container(value: Any, kinds: dict[str, Any]) -> bool:
    if issubclass(type(value), type):
        return issubclass(value, kinds["DeclarativeContainer"])
    return issubclass(type(value), kinds["DynamicContainer"])


def _within(way: str, container: Any) -> Iterator[tuple[str, Any]]:
    for name, provider in sorted(container.providers.items()):
        yield f"{way}{name}", provider
        if isinstance(provider, vars(sys.modules[_PROVIDERS])["Container"]):
            yield from _within(f"{way}{name}.", provider.container)
