"""LK507: overrides, state or a patcher that the import of a test file or of a conftest leaves."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.patching import look_before
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import label

_OVERRIDES, _STATE, _PATCHER = "dependency_overrides", "app_state", "patcher"
_WORDS = {_OVERRIDES: "the override of {0}", _STATE: "app.state.{0}", _PATCHER: "a patcher of {0}"}


class Hazard(Contract):
    """Key: what is overridden, the attribute of the state, or the attribute that is patched."""

    code = "LK507"
    name = "LeftByImport"
    short = "What the import of a test file leaves for all tests"
    help = (
        "A test file or a conftest sets overrides or state of an application, or starts a patcher, when it is "
        "imported. pytest imports all files before the first test: it holds for the tests of every file that is "
        "collected with it, and not when those are run alone."
    )
    fix = (
        "Do it in a fixture, and undo it behind the `yield`; where all tests need it, in an autouse fixture of the "
        "conftest beside them."
    )
    hears = frozenset({_OVERRIDES, _STATE})

    def __init__(self) -> None:
        self._wrote: dict[tuple[str, int, str], tuple[weakref.ref[object], Source]] = {}
        self._started: list[tuple[weakref.ref[object], Source]] = []
        self._mock: ModuleType | None = None
        self._over = False

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {"unittest.mock": self._patch}

    def _patch(self, module: ModuleType, scene: Scene) -> None:
        self._mock = module

        def started(patcher: object) -> None:
            source = None if self._over else scene.importing()
            if source is not None:
                self._started.append((weakref.ref(patcher), source))

        for cls in (module._patch, module._patch_dict):
            look_before(cls, "start", started)

    def written(self, kind: str, owner: object, key: str | None, scene: Scene) -> None:
        source = None if self._over or key is None else scene.importing()
        if source is None or key is None:
            return
        if scene.made_during(owner) != source.file:  # else it belongs to the making of the application
            self._wrote[kind, identity(owner), key] = weakref.ref(owner), source

    def rest(self, scene: Scene, *, over: bool) -> None:
        """All files are imported: what stands now was left."""
        if self._over:
            return
        self._over = True
        for (kind, _, key), (ref, source) in self._wrote.items():
            owner = ref()
            if owner is not None and key in _names(kind, owner):
                scene.tell(Sighting(self.code, kind, scene.name(owner), key, source))
        active = set() if self._mock is None else {identity(each) for each in self._mock._patch._active_patches}
        for ref, source in self._started:
            patcher = ref()
            if patcher is not None and identity(patcher) in active:
                scene.tell(Sighting(self.code, _PATCHER, "", _patched(patcher), source))
        self._wrote.clear()
        self._started.clear()

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            assert first.source is not None
            file = first.source.file
            if not seen.is_of_tests(file):
                continue
            what = _WORDS[first.what].format(first.key) + (f" of {first.owner}" if first.owner else "")
            place = Location("" if first.what == _PATCHER else first.what, first.owner, first.key)
            why = "It holds for all tests that are collected with this file, from before the first of them."
            yield self.finding(f"The import of {file} leaves {what}", why, first.source, (), place, about=file)


def _names(kind: str, owner: object) -> frozenset[str]:
    """The names under which something stands now."""
    values: Any = attributes(owner).get("dependency_overrides" if kind == _OVERRIDES else "state")
    if kind == _STATE:
        values = attributes(values).get("_state")
    if not issubclass(type(values), dict):
        return frozenset()
    return frozenset(each if type(each) is str else label(each) for each in dict.keys(values))


def _patched(patcher: object) -> str:
    """The name of what is patched, as far as it is known without running anything."""
    name = attributes(patcher).get("attribute")
    return name if type(name) is str else "a dict"
