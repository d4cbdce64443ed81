"""What entries of containers are called, as locations, and which of those that are wanted a container may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from leakcheck.probes.contract import Held
from leakcheck.records import Location
from leakcheck.records.locations import ENTRY
from leakcheck.snapshots.containers import Holder, entry

STEP = re.compile(rf"(?:/[^\"\]]*|\.?[^\W\d]\w*|\.<\w+>|{ENTRY})$")
"""The last step of the way to a value: what is before it is the way to its container."""
_KEY = re.compile(rf'(?!\["(?:[^"\\]|\\.)*"\]$){ENTRY}')
"""A key that is no text."""
_STEPS = re.compile(r"[.\[]")


def location_of(probe: Held, holder: Holder, key: Any) -> Location:
    """`shop.settings:LIMITS["daily"]` as a location: the module owns, the rest is the key."""
    path = entry(holder, key)
    module, _, rest = path.partition(":")
    return Location(probe.kind, module, rest)


def whole(location: Location) -> Location:
    """The container of an entry `[...]`; of any other location it is the location itself."""
    return replace(location, key=STEP.sub("", location.key)) if location.key.endswith("]") else location


def whole_of(probe: Held, holder: Holder) -> Location:
    module, _, rest = holder.path.partition(":")
    return Location(probe.kind, module, rest)


def ways(paths: Iterable[str]) -> Iterator[str]:
    """The paths, and everything that may lie on the way to one of them."""
    for path in paths:
        yield path
        yield path[: path.index(":") + 1]
        yield from (path[: step.start()] for step in _STEPS.finditer(path))


def missing_keys(holder: Holder, wanted: Iterable[Location]) -> list[Any]:
    """Names under which the container holds nothing yet."""
    if holder.kind == "library":
        return _missing_of_library(holder, wanted)
    if holder.kind not in ("dict", "names", "function", "attributes", "carried"):
        return []
    start = entry(holder, "x")  # a plain name: others may be hidden, where the container has a secret's name
    module, _, prefix = start.removesuffix('["x"]' if holder.kind == "dict" else "x").partition(":")
    found = []
    for each in wanted:
        if each.owner == module and each.key.startswith(prefix):
            rest = each.key[len(prefix) :]
            if holder.kind == "dict":
                if rest.startswith('["') and rest.endswith('"]') and '"' not in rest[2:-2]:
                    found.append(rest[2:-2])
            elif rest.isidentifier():
                found.append(rest)
    return found


def _missing_of_library(holder: Holder, wanted: Iterable[Location]) -> list[str]:
    """Files below a folder, and names."""
    module, _, way = holder.path.partition(":")
    rests = [each.key.removeprefix(way) for each in wanted if each.owner == module and each.key.startswith(way)]
    names = (rest.removeprefix(".") for rest in rests if rest.startswith(".") or not way)
    return [*(rest for rest in rests if rest.startswith("/")), *filter(str.isidentifier, names)]


def unnamed(holder: Holder, wanted: Iterable[Location]) -> list[Location]:
    """Entries that the container does not hold yet, under keys that are no texts: their names do not tell them."""
    if holder.kind not in ("dict", "implementations"):
        return []
    module, _, way = holder.path.partition(":")
    rests = ((each, each.key.removeprefix(way)) for each in wanted if each.owner == module)
    return [each for each, rest in rests if rest != each.key and _KEY.fullmatch(rest)]
