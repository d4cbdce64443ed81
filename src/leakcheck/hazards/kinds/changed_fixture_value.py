"""LK510: a fixture of a wider scope hands out a mutable object, and tests change it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.shapes import MISSING, Shape, shape
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.identity import identity


class Hazard(Contract):
    """Key: the fixture. Names: what its value is."""

    code = "LK510"
    name = "SharedFixtureValueChanged"
    short = "Tests change what a wider fixture hands out to all of them"
    help = (
        "A fixture of class, module, package or session scope hands out one list, dict or set (or an instance of a "
        "data class or model), and tests change it. Every later test of the scope gets the changed one."
    )
    fix = (
        "Give the fixture function scope; or let a fixture of function scope hand out a copy of the shared value "
        "(`copy.deepcopy`); or hand out something that cannot change: a tuple, a frozen data class."
    )

    def __init__(self) -> None:
        self._handed: dict[int, tuple[weakref.ref[Any], Source, Shape]] = {}

    # How it is seen --------------------------------------------------------------------------------------------

    def handed(self, definition: Any, source: Source, scene: Scene) -> None:
        """What other fixtures have changed until now is no test's change."""
        for place, (ref, line, _) in list(self._handed.items()):
            self._keep(place, ref, line)
        if is_project_file(definition.func.__code__.co_filename):
            self._keep(identity(definition), weakref.ref(definition), source)

    def _keep(self, place: int, ref: weakref.ref[Any], source: Source) -> None:
        found = shape(_value(ref))
        if found is None:
            self._handed.pop(place, None)
        else:
            self._handed[place] = ref, source, found

    def rest(self, scene: Scene, *, over: bool) -> None:
        """What a test puts back before its end, it has not changed."""
        for place, (ref, source, before) in list(self._handed.items()) if over and self._handed else ():
            value = _value(ref)
            now = shape(value)
            if now is None:
                del self._handed[place]  # the fixture is over, or has grown beyond measure
            elif now != before:
                self._handed[place] = ref, source, now
                name = source.fixture or source.function
                scene.tell(Sighting(self.code, "changed", "", name, source, (type(value).__name__,)))

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            tests = list(dict.fromkeys(test for test, _ in told if test))
            first = told[0][1]
            if tests and first.source is not None:
                what = f"{first.source.scope} fixture {first.key}"
                title = f"Tests change the value of the {what}"
                why = f"It hands out one {first.names[0]} to all tests of its scope, and they do not put it back."
                place = Location("fixture_values", f"{first.source.file}::{first.key}", "")
                yield self.finding(title, why, first.source, tests, place)


def _value(ref: weakref.ref[Any]) -> Any:
    """The value of a fixture, as long as it is set up."""
    definition = ref()
    result = None if definition is None else definition.cached_result
    return MISSING if result is None or result[2] is not None else result[0]
