"""Which leaked values were seen in front of which readers: the pairs of the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leakcheck.analysis.chains import SHORTEST_CHAIN, Chains, Sequences, Value, chains_of, leaks_among
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.timeline import in_place
from leakcheck.records import Execution, Location, Suite, TestItem


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A leaked value (by its digest, left by any of some tests) and a test that reads its location."""

    location: Location
    digest: str
    reader: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """All pairs with the execution that first showed each; "" where none did. `producers` leave a value.

    `long_chains` are sequences behind which a test left what it does not leave alone, longer than they may need be.
    """

    pairs: Mapping[Pair, str]
    producers: Mapping[Value, Sequences]
    long_chains: Sequences = ()

    @property
    def uncovered(self) -> tuple[Pair, ...]:
        return tuple(pair for pair, execution in self.pairs.items() if not execution)


def coverage_of(executions: Sequence[Execution], suite: Suite, depth: int = 2) -> Coverage:
    """Pairs from the profiles, and from leaks that appear only behind other tests, and who covered them.

    `depth` is the greatest number of tests that are followed as the makers of one value.
    """
    profiles = profiles_of(executions)
    items = {item.id: item for item in suite.tests}
    producers, reach = _values(profiles)
    chains = chains_of(executions, suite, profiles)
    for key, (change, sequences) in chains.items():
        followed = tuple(each for each in sequences if len(each) <= depth)
        if followed:
            producers[key] = (*producers.get(key, ()), *followed)
            reach.setdefault(key, change.reach)
    digests = digests_by_writer(profiles)
    readers = _readers(profiles, {location for location, _ in producers})
    pairs = {
        Pair(location, digest, reader): ""
        for (location, digest), sequences in producers.items()
        for reader in readers[location]
        if _in_reach(reach[location, digest], sequences, reader, items)
    }
    for execution in executions:
        _cover(execution, suite, pairs, digests, profiles)
    return Coverage(pairs, producers, _long(chains))


def _values(profiles: Mapping[str, Profile]) -> tuple[dict[Value, Sequences], dict[Value, str]]:
    producers: dict[Value, Sequences] = {}
    reach: dict[Value, str] = {}
    for profile in profiles.values():
        for change in leaks_among(profile.changes):
            key = (change.location, change.digest)
            producers[key] = (*producers.get(key, ()), (profile.test,))
            reach[key] = change.reach
    return producers, reach


def _long(chains: Chains) -> Sequences:
    """The makers of values that were seen behind several tests only: some of them may not be needed."""
    every = (sequence for _, sequences in chains.values() for sequence in sequences)
    return tuple(dict.fromkeys(sequence for sequence in every if len(sequence) > SHORTEST_CHAIN))


def digests_by_writer(profiles: Mapping[str, Profile]) -> Mapping[tuple[str, Location], str]:
    """(test, location) -> the digest of what the test leaves there when it is alone."""
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
        profile = profiles.get(run.test)
        if profile is None:
            continue
        met = {location: value for location, value in state.items() if profile.reads_any(location)}
        if len(met) > 1 and not profile.agrees(run.outcome):
            continue  # which of them it was is an open question
        for location, value in met.items():
            for digest in {value.digest, digests.get((value.writer, location), value.digest)}:
                pair = Pair(location, digest, run.test)
                if pairs.get(pair) == "":
                    pairs[pair] = execution.id
        if run.again is not None:
            for change in profile.changes:
                pair = Pair(change.location, change.digest, run.test)
                if pairs.get(pair) == "" and change.reach == "suite":
                    pairs[pair] = execution.id
