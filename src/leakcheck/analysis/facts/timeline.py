"""Which leaked values are in place when each test of an execution starts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from operator import attrgetter

from leakcheck.analysis.facts.places import Places
from leakcheck.records import Change, Execution, Location, Suite, TestItem, TestRun


@dataclass(frozen=True, slots=True)
class LeftValue:
    """A leaked value: its digest and the test that left it."""

    digest: str
    writer: str


InPlace = Mapping[Location, LeftValue]
Items = Mapping[str, TestItem]
Spot = tuple[Location, str]
"""A location, and the scope of the live fixture whose value stood there before anybody else changed it."""
Origin = Mapping[Spot, str]
"""The digests of what stood there."""
NOTHING: Origin = {}


@dataclass(frozen=True, slots=True)
class Stay:
    """What stands at a location from the run number `begin` on: a leaked value, or none. Values are ordered by
    `since`, when a value came to where none was."""

    begin: int
    since: int
    value: LeftValue | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The runs of an execution, and of each location that they changed what stood there, in order."""

    runs: tuple[TestRun, ...]
    stays: Mapping[Location, tuple[Stay, ...]]
    places: Places

    def value(self, location: Location, place: int) -> LeftValue | None:
        """What was in place at `location` when the run number `place` started."""
        stay = self._stay(location, place)
        return stay.value if stay is not None else None

    def read(self, place: int, reads: Set[Location]) -> InPlace:
        """What was in place when the run number `place` started, of what `reads` consult; in no order."""
        if not self.stays:
            return {}
        found = ((each, self.value(each, place)) for each in self.places.covered(reads))
        return {location: value for location, value in found if value is not None}

    def at(self, place: int) -> InPlace:
        """All that was in place when the run number `place` started, in the order in which it came."""
        stays = ((location, self._stay(location, place)) for location in self.stays)
        there = [(stay.since, location, stay.value) for location, stay in stays if stay and stay.value]
        return {location: value for _, location, value in sorted(there, key=lambda row: row[0])}

    def masks(self, bits_of: Callable[[Location, LeftValue], int]) -> Iterator[tuple[TestRun, int]]:
        """Every run with the bits of all that was in place when it started; no two locations have one in common."""
        by_begin: dict[int, list[tuple[Location, LeftValue | None]]] = {}
        for location, stays in self.stays.items():
            for stay in stays:
                by_begin.setdefault(stay.begin, []).append((location, stay.value))
        there: dict[Location, int] = {}
        mask = 0
        for place, run in enumerate(self.runs):
            for location, value in by_begin.get(place, ()):
                mask ^= there.pop(location, 0)
                if value is not None:
                    there[location] = bits_of(location, value)
                    mask ^= there[location]
            yield run, mask

    def _stay(self, location: Location, place: int) -> Stay | None:
        stays = self.stays.get(location, ())
        number = bisect_right(stays, place, key=attrgetter("begin"))
        return stays[number - 1] if number else None


def timeline_of(execution: Execution, items: Items, origin: Origin = NOTHING) -> Timeline:
    """The timeline of an execution; `items` are the tests of its suite by their id. `origin` is what stood at
    places before anybody changed them, where the first change does not tell."""
    runs = execution.runs
    if not any(run.changes or run.finalised for run in runs[:-1]):
        return Timeline(runs, {}, Places({}, {}))
    told = _Telling(origin=dict(origin))
    for place, run in enumerate(runs[:-1]):
        item = items.get(run.test)
        told.leave(place, item)
        told.renew(place, run)
        for change in (*run.changes, *run.finalised):
            told.apply(place + 1, change, run.test, item)
    told.leave(len(runs) - 1, items.get(runs[-1].test))
    told.renew(len(runs) - 1, runs[-1])
    return Timeline(runs, {each: tuple(stays) for each, stays in told.stays.items()}, Places.of(told.stays))


def origin_of(execution: Execution) -> Origin:
    """What stood at places before the first change of an execution."""
    found: dict[Spot, str] = {}
    for run in execution.runs:
        for change in (*run.changes, *run.finalised):
            found.setdefault((change.location, change.over), change.before_digest)
    return found


@dataclass(slots=True)
class _Telling:
    """A timeline while it is told: `narrow` are values in place that not all tests can see."""

    stays: dict[Location, list[Stay]] = field(default_factory=dict)
    origin: dict[Spot, str] = field(default_factory=dict)
    narrow: dict[Location, tuple[str, str]] = field(default_factory=dict)
    count: int = 0

    def leave(self, place: int, item: TestItem | None) -> None:
        """Take away what is out of reach for the test that starts."""
        for location in [each for each, reach in self.narrow.items() if reach[1] != group_of(item, reach[0])]:
            self._put(place, location, None)

    def renew(self, place: int, run: TestRun) -> None:
        """Take away what the fixtures that are set up in `run` have replaced by values of their own."""
        for each in run.renewed:
            self.origin.pop((each.location, each.scope), None)
            if each.location in self.stays:
                self._put(place + each.before, each.location, None)

    def apply(self, place: int, change: Change, test: str, item: TestItem | None) -> None:
        location = change.location
        first = self.origin.setdefault((location, change.over), change.before_digest)
        self._put(place, location, None if change.digest == first else LeftValue(change.digest, test))
        if change.digest != first and change.reach not in EVERYWHERE:
            self.narrow[location] = (change.reach, group_of(item, change.reach))

    def _put(self, begin: int, location: Location, value: LeftValue | None) -> None:
        self.narrow.pop(location, None)
        known = self.stays.setdefault(location, [])
        stood = bool(known) and known[-1].value is not None
        self.count += not stood
        since = known[-1].since if stood else self.count
        if known and known[-1].begin == begin:
            known.pop()
        known.append(Stay(begin, since, value))


def in_place(execution: Execution, suite: Suite) -> Iterator[tuple[TestRun, InPlace]]:
    """Every run of the execution with the leaked values that it started with."""
    timeline = timeline_of(execution, {item.id: item for item in suite.tests})
    for place, run in enumerate(timeline.runs):
        yield run, timeline.at(place)


def changed_in_place(timeline: Timeline) -> Iterator[tuple[TestRun, Change, LeftValue]]:
    """Every change that a run made to a leaked value, with the value that it began with."""
    for place, run in enumerate(timeline.runs if timeline.stays else ()):
        for change in run.changes:
            value = timeline.value(change.location, place)
            if value is not None:
                yield run, change, value


def cleaned_in_place(timeline: Timeline) -> Iterator[tuple[str, Location]]:
    """(test, location) wherever a run began with a leaked value and left the value from before."""
    origin: dict[Spot, str] = {}
    for place, run in enumerate(timeline.runs if timeline.stays else ()):
        left = {change.location: change for change in (*run.changes, *run.finalised)}
        for location, change in left.items():
            first = origin.setdefault((location, change.over), change.before_digest)
            if change.digest == first and timeline.value(location, place) is not None:
                yield run.test, location


EVERYWHERE = ("suite", "session")


def group_of(item: TestItem | None, scope: str) -> str:
    """What a fixture of `scope` is shared by: nothing outside it sees the fixture's own objects."""
    if item is None or scope in EVERYWHERE:
        return ""
    if scope == "package":
        return item.file.rpartition("/")[0]
    return item.file if scope == "module" else "::".join((item.file, *item.groups))
