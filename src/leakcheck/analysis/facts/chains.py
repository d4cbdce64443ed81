"""Leaks that a test leaves only behind other tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.facts.timeline import Spot, Timeline
from leakcheck.records import Change, Location

Value = tuple[Location, str]
"""A location and the digest of what was left there."""
Sequences = tuple[tuple[str, ...], ...]
Chains = Mapping[Value, tuple[Change, Sequences]]

SHORTEST_CHAIN = 2


def leaks_among(changes: Iterable[Change]) -> list[Change]:
    """Without what lies inside objects of third parties, and what imports leave."""
    return [change for change in changes if not change.internal and change.lifetime != "import"]


Found = dict[Value, tuple[Change, dict[str, tuple[str, ...]]]]
"""value -> the change that first made it, and the shortest sequence that made it, by its last test."""


class _Made(NamedTuple):
    """A value's maker, and what made the values that it read."""

    test: str
    behind: tuple[_Made, ...] = ()


def follow(timeline: Timeline, profiles: Mapping[str, SoloProfile], found: Found) -> None:
    """Add to `found` every value that some test does not leave when it is alone.

    A test that adds to what others left at a location to which it also writes when alone (a counter, a log) makes a
    new value behind every predecessor: those are not followed.
    """
    for change, sequence in _made_behind_others(timeline, profiles) if timeline.stays else ():
        _, by_last = found.setdefault((change.location, change.digest), (change, {}))
        known = by_last.get(sequence[-1])
        if known is None or len(sequence) < len(known):
            by_last[sequence[-1]] = sequence


def chains_of(found: Found) -> Chains:
    """Every value with the shortest sequences that made it."""
    return {value: (change, tuple(by_last.values())) for value, (change, by_last) in found.items()}


def _made_behind_others(
    timeline: Timeline, profiles: Mapping[str, SoloProfile]
) -> Iterator[tuple[Change, tuple[str, ...]]]:
    made: dict[Location, _Made] = {}
    origin: dict[Spot, str] = {}
    places = {run.test: place for place, run in reversed(list(enumerate(timeline.runs)))}
    for place, run in enumerate(timeline.runs):
        profile, changes = profiles.get(run.test), leaks_among((*run.changes, *run.finalised))
        if profile is None or not changes:
            continue
        read = timeline.read(place, {*run.reads, *profile.consults})
        behind = tuple(made[location] for location in read if location in made)
        has_enablers = any(test != run.test for test in _makers(behind))
        alone = {(change.location, change.digest) for change in profile.changes}
        written = {location for location, _ in alone}
        for change in changes:
            location = change.location
            if change.digest == origin.setdefault((location, change.over), change.before_digest):
                made.pop(location, None)
                continue
            by_itself = (location, change.digest) in alone or not has_enablers
            made[location] = _Made(run.test, () if by_itself else behind)
            adds = location in written and timeline.value(location, place) is not None
            if not by_itself and not adds:
                enablers = {*_makers(behind)} - {run.test}
                yield change, (*sorted(enablers, key=lambda test: places[test]), run.test)


def _makers(behind: Sequence[_Made]) -> Iterator[str]:
    """The tests that had to do with it, directly or through others."""
    seen: set[int] = set()
    waiting = list(behind)
    while waiting:
        made = waiting.pop()
        if id(made) not in seen:
            seen.add(id(made))
            yield made.test
            waiting += made.behind
