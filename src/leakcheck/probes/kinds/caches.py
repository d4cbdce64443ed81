"""Caches of functions: `functools.lru_cache` and `cache`. A filled cache is no leak, so it is looked at only to
explain what nothing else does; what it holds cannot be read, only how much."""

from __future__ import annotations

from typing import Any

from leakcheck.probes import About, Tracking
from leakcheck.snapshots.containers import Holder


class Probe:
    """Owner: a module. Key: the way from it to the cached function."""

    kind = "caches"
    tracking: Tracking = "on demand"
    about = About(
        form="the cache of $owner$dotted",
        whole="all caches of $owner",
        advice="Clear the cache in a fixture, behind its yield: `function.cache_clear()`.",
    )

    def holds(self, holder: Holder) -> bool:
        return holder.kind == "cache"

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        holder.value.cache_clear()
