"""Garbage in cycles: what a test has dropped, and what stays until the collector runs, in somebody else's test.

When it is collected there, what it held is told as that test's: a file that nobody has closed, a coroutine that was
never awaited. Until then it is still in registries that hold it weakly. What nobody minds is no leak: garbage is
looked at only to explain what nothing else does, and proven by a collection in between.
"""

from __future__ import annotations

import gc
import io
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import AsyncGeneratorType, CoroutineType
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.type_names import describe, module_of

_OWNER = "gc"
_WAITING: Mapping[type[Any], str] = {CoroutineType: "cr_frame", AsyncGeneratorType: "ag_frame"}
_CONNECTIONS: Mapping[str, str] = {"sqlite3": "Connection", "_socket": "socket", "_asyncio": "Task"}
"""module of C -> the class of which instances tell when they die; of modules that somebody has loaded."""
_objects, _collect = gc.get_objects, gc.collect  # a test may replace these


class Probe(Setting):
    """Owner: `gc`. Key: what it is: `open file`, `coroutine fetch`, `instance of shop.Order`. Value: how many there
    are."""

    kind = "garbage"
    tracking: Tracking = "on demand"
    dear = True
    about = About(
        form="garbage that waits for the collector: $key",
        whole="garbage that waits for the collector",
        advice=(
            "Close what the test opens and await what it starts before it is over: by `with`, or behind the yield "
            "of a fixture. Where a cycle of references keeps it, break that, or hold one side weakly."
        ),
        put_back="apart",
    )

    def read(self) -> Values:
        """All that is there, held by somebody or not: only a collection tells the two apart."""
        found = Counter(_told(_objects()))
        return {(_OWNER, key): number for key, number in found.items()}

    def value(self, owner: str, key: str) -> Any:
        """Nothing: to go through all objects after every line would take too long."""
        return None

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """What there is more of: what tells of itself when it dies, if there is any, as it may be what held it."""
        more = [each for each, number in after.items() if number > before.get(each, 0)]
        return [each for each in more if not each[1].startswith("instance of ")] or more

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Collect. What goes wrong in that would be told as the trouble of the test that comes next."""
        told, sys.unraisablehook = sys.unraisablehook, lambda _: None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                _collect()
        finally:
            sys.unraisablehook = told


def _told(objects: Iterable[Any]) -> Iterator[str]:
    loaded = {getattr(sys.modules.get(name), cls, None): cls for name, cls in _CONNECTIONS.items()}
    loaded.pop(None, None)
    ours: dict[type[Any], str] = {}
    for each in objects:
        kind = type(each)
        if kind not in ours:
            ours[kind] = _name(each, kind, loaded)
        if name := ours[kind]:
            if kind is io.FileIO:
                if not each.closed:
                    yield name
            elif kind in _WAITING:
                if getattr(each, _WAITING[kind]) is not None:
                    yield f"{name} {each.__qualname__}"
            else:
                yield name


def _name(each: Any, kind: type[Any], loaded: Mapping[Any, str]) -> str:
    """What an instance of `kind` is called; "" for what nobody can mind."""
    if kind is io.FileIO:
        return "open file"
    if kind in _WAITING:
        return "coroutine" if kind is CoroutineType else "asynchronous generator"
    bases = type.__getattribute__(kind, "__mro__")
    known = next((loaded[base] for base in bases if base in loaded), "")
    if known:
        return f"open {known.lower()}" if known != "Task" else "task"
    return describe(each) if is_project_module(module_of(kind)) else ""
