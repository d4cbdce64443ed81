"""Leaks that a test leaves only behind other tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.profiles import Profile
from leakcheck.analysis.timeline import in_place
from leakcheck.records import Change, Execution, Location, Suite, TestRun

Value = tuple[Location, str]
"""A location and the digest of what was left there."""
Sequences = tuple[tuple[str, ...], ...]
Chains = Mapping[Value, tuple[Change, Sequences]]

SHORTEST_CHAIN = 2


def leaks_among(changes: Iterable[Change]) -> list[Change]:
    """Without what lies inside objects of third parties, and what imports leave."""
    return [change for change in changes if not change.internal and change.lifetime != "import"]


def chains_of(executions: Sequence[Execution], suite: Suite, profiles: Mapping[str, Profile]) -> Chains:
    """Every value that some test does not leave when it is alone, with the shortest sequences that made it.

    A test that adds to what others left at a location to which it also writes when alone (a counter, a log) makes a
    new value behind every predecessor: those are not followed.
    """
    found: dict[Value, tuple[Change, dict[str, tuple[str, ...]]]] = {}
    for execution in executions:
        for change, sequence in _made_behind_others(execution, suite, profiles):
            _, by_last = found.setdefault((change.location, change.digest), (change, {}))
            known = by_last.get(sequence[-1])
            if known is None or len(sequence) < len(known):
                by_last[sequence[-1]] = sequence
    return {value: (change, tuple(by_last.values())) for value, (change, by_last) in found.items()}


def _made_behind_others(
    execution: Execution, suite: Suite, profiles: Mapping[str, Profile]
) -> Iterator[tuple[Change, tuple[str, ...]]]:
    made: dict[Location, tuple[str, ...]] = {}
    origin: dict[Location, str] = {}
    places = {run.test: place for place, run in reversed(list(enumerate(execution.runs)))}
    for run, state in in_place(execution, suite):
        profile = profiles.get(run.test)
        if profile is None:
            continue
        enablers = _enablers(run, profile, {location: made.get(location, ()) for location in state}, places)
        alone = {(change.location, change.digest) for change in profile.changes}
        for change in leaks_among((*run.changes, *run.finalised)):
            location = change.location
            if change.digest == origin.setdefault(location, change.before_digest):
                made.pop(location, None)
                continue
            by_itself = (location, change.digest) in alone or not enablers
            made[location] = (run.test,) if by_itself else (*enablers, run.test)
            adds = location in state and any(location == place for place, _ in alone)
            if not by_itself and not adds:
                yield change, made[location]


def _enablers(
    run: TestRun, profile: Profile, made: Mapping[Location, tuple[str, ...]], places: Mapping[str, int]
) -> tuple[str, ...]:
    """The makers of what the run read, in the order in which they ran."""
    reads = {*run.reads, *profile.reads}
    makers = {
        test
        for location, sequence in made.items()
        if any(read.covers(location) for read in reads)
        for test in sequence
    }
    return tuple(sorted(makers - {run.test}, key=lambda test: places[test]))
