"""Looks at a few known locations after every test: cheap enough for whole-suite orders.

Which locations these are is known from the tests that ran alone: only what one of them changed can have changed.
"""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leakcheck.probes import MISSING, Probes
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import picture
from leakcheck.records import Change, Location
from leakcheck.snapshots.containers import held_under, whole
from leakcheck.snapshots.values import Snapshotter

_STEP = re.compile(r'\.?(?P<name>[^\W\d]\w*)|\["(?P<key>[^"\\]*)"\]|\[(?P<index>\d+)\]')
Read = Callable[[], Any]


class Watchpoints:
    """The values of some locations as they were after the test before."""

    def __init__(self, camera: Snapshotter, probes: Probes, locations: Iterable[Location]) -> None:
        self._camera = camera
        self._probes = probes
        wanted = tuple(locations)
        self._settings = [each for each in wanted if each.kind in probes.settings]
        held = [each for each in wanted if each.kind not in probes.settings]
        self._reads = {each: read for each in held if (read := _reader(each)) is not None}
        self._rows: dict[str, Any] = {}
        self._values = self._now()

    def changes(self, test: str) -> tuple[Change, ...]:
        """What differs from the last time; `test` has made it."""
        rows, last = self._rows, self._values
        self._values = self._now()
        before = {each: self._was(each, last[each], rows) for each in last}
        return tuple(
            self._change(location, before[location], new, test)
            for location, new in self._values.items()
            if differ(before[location], new)
        )

    def _was(self, location: Location, value: Any, rows: Mapping[str, Any]) -> Any:
        """What was not there may have been out of sight."""
        known = rows.get(location.kind, MISSING)
        if value is not MISSING or known is MISSING:
            return value
        return self._probes.settings[location.kind].was(known, (location.owner, location.key))

    def _now(self) -> dict[Location, Any]:
        """What is there; all settings of one kind are read at once."""
        kinds = {each.kind for each in self._settings}
        self._rows = rows = {kind: _value(self._probes.settings[kind].read) for kind in kinds}
        found = {each: _value(read) for each, read in self._reads.items()}
        for each in self._settings:
            known = rows[each.kind]
            found[each] = MISSING if known is MISSING else known.get((each.owner, each.key), MISSING)
        return found

    def _change(self, location: Location, old: Any, new: Any, test: str) -> Change:
        before, after = (picture(self._camera, self._probes, location, value) for value in (old, new))
        return Change(location, before.text, after.text, after.digest(), before.digest(), cause=test, internal=True)


def _value(read: Read) -> Any:
    try:
        return read()
    except Exception:  # the way to it may be broken for a while
        return MISSING


def _reader(location: Location) -> Read | None:
    """How to read a location; None where its name does not tell the way."""
    steps = _steps(location.key)
    return None if steps is None else lambda: _follow(location.owner, steps)


def _steps(key: str) -> list[str | int] | None:
    steps: list[str | int] = []
    place = 0
    while place < len(key):
        found = _STEP.match(key, place)
        if found is None:
            return None
        index = found["index"]
        steps.append(int(index) if index is not None else found["name"] or found["key"] or "")
        place = found.end()
    return steps


def _follow(module: str, steps: list[str | int]) -> Any:
    value: Any = sys.modules[module]
    for step in steps:
        value = _one(value, step)
    return _shallow(value)


def _one(value: Any, step: str | int) -> Any:
    """One step, past any `__getattr__` and `__getitem__` of the project."""
    kind = type(value)
    if issubclass(kind, dict) and step in dict.keys(value):
        return dict.get(value, step, MISSING)
    if isinstance(step, int):
        return (list if issubclass(kind, list) else tuple).__getitem__(value, step)
    return held_under(value, step)


def _shallow(value: Any) -> Any:
    """Lists and sets by what they hold; modules by their names; anything else is itself."""
    return value.__dict__ if isinstance(value, types.ModuleType) else whole(value)
