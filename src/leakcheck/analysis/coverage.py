"""Which leaked values were seen in front of which readers: the pairs of the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.timeline import in_place
from leakcheck.records import Change, Execution, Location, Suite, TestItem


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A leaked value (by its digest, left by any of some tests) and a test that reads its location."""

    location: Location
    digest: str
    reader: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """All pairs with the execution that first showed each; "" where none did. `producers` leave a value."""

    pairs: Mapping[Pair, str]
    producers: Mapping[tuple[Location, str], tuple[tuple[str, ...], ...]]

    @property
    def uncovered(self) -> tuple[Pair, ...]:
        return tuple(pair for pair, execution in self.pairs.items() if not execution)


def coverage_of(executions: Sequence[Execution], suite: Suite) -> Coverage:
    """Pairs from the profiles (and from leaks that appear only behind other tests), and who covered them."""
    profiles = profiles_of(executions)
    items = {item.id: item for item in suite.tests}
    producers, reach = _values(profiles, executions, suite)
    digests = _digests_by_writer(profiles)
    readers = _readers(profiles, {location for location, _ in producers})
    pairs = {
        Pair(location, digest, reader): ""
        for (location, digest), sequences in producers.items()
        for reader in readers[location]
        if _in_reach(reach[location, digest], sequences, reader, items)
    }
    for execution in executions:
        _cover(execution, suite, pairs, digests, profiles)
    return Coverage(pairs, producers)


def _values(
    profiles: Mapping[str, Profile], executions: Sequence[Execution], suite: Suite
) -> tuple[dict[tuple[Location, str], tuple[tuple[str, ...], ...]], dict[tuple[Location, str], str]]:
    producers: dict[tuple[Location, str], tuple[tuple[str, ...], ...]] = {}
    reach: dict[tuple[Location, str], str] = {}
    for profile in profiles.values():
        for change in _leaks(profile.changes):
            key = (change.location, change.digest)
            producers[key] = (*producers.get(key, ()), (profile.test,))
            reach[key] = change.reach
    for change, sequence in _chained(profiles, executions, suite):
        key = (change.location, change.digest)
        if key not in producers:
            producers[key], reach[key] = (sequence,), change.reach
    return producers, reach


def _leaks(changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if not change.internal and change.lifetime != "import"]


def _chained(
    profiles: Mapping[str, Profile], executions: Sequence[Execution], suite: Suite
) -> Iterable[tuple[Change, tuple[str, ...]]]:
    """Leaks of tests that leave nothing at that location when alone: (change, tests that make it happen)."""
    seen: set[tuple[str, Location]] = set()
    for execution in executions:
        for run, state in in_place(execution, suite):
            profile = profiles.get(run.test)
            if profile is None:
                continue
            alone = {change.location for change in profile.changes}
            for change in _leaks((*run.changes, *run.finalised)):
                if change.location in alone or (run.test, change.location) in seen or change.location in state:
                    continue
                seen.add((run.test, change.location))
                enablers = {value.writer for place, value in state.items() if profile.reads_any(place)}
                yield change, (*sorted(enablers), run.test)


def _digests_by_writer(profiles: Mapping[str, Profile]) -> Mapping[tuple[str, Location], str]:
    return {
        (profile.test, change.location): change.digest
        for profile in profiles.values()
        for change in profile.changes
    }


def _readers(profiles: Mapping[str, Profile], locations: Iterable[Location]) -> Mapping[Location, list[str]]:
    return {
        location: [profile.test for profile in profiles.values() if profile.reads_any(location)]
        for location in locations
    }


def _in_reach(scope: str, sequences: Iterable[tuple[str, ...]], reader: str, items: Mapping[str, TestItem]) -> bool:
    if scope in ("suite", "session") or reader not in items:
        return True
    files = {items[sequence[-1]].file for sequence in sequences if sequence[-1] in items}
    return items[reader].file in files


def _cover(
    execution: Execution,
    suite: Suite,
    pairs: dict[Pair, str],
    digests: Mapping[tuple[str, Location], str],
    profiles: Mapping[str, Profile],
) -> None:
    for run, state in in_place(execution, suite):
        for location, value in state.items():
            for digest in {value.digest, digests.get((value.writer, location), value.digest)}:
                pair = Pair(location, digest, run.test)
                if pairs.get(pair) == "":
                    pairs[pair] = execution.id
        if run.again is not None:
            for change in profiles[run.test].changes if run.test in profiles else ():
                pair = Pair(change.location, change.digest, run.test)
                if pairs.get(pair) == "" and change.reach == "suite":
                    pairs[pair] = execution.id
