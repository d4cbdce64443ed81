"""Which leaked values were seen in front of which readers: the pairs of the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from leakcheck.analysis.facts.chains import SHORTEST_CHAIN, Chains, Sequences, Value, leaks_among
from leakcheck.analysis.facts.places import Places
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.facts.timeline import EVERYWHERE, Items, Timeline, group_of
from leakcheck.records import Location


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """A leaked value (by its digest, left by any of some tests) and a test that reads its location."""

    location: Location
    digest: str
    reader: str


@dataclass(frozen=True)
class Coverage:
    """All pairs with the execution that first showed each; "" where none did. `producers` leave a value.

    `long_chains` are sequences behind which a test left what it does not leave alone, longer than they may need be.
    """

    pairs: Mapping[Pair, str]
    producers: Mapping[Value, Sequences]
    long_chains: Sequences = ()
    reach: Mapping[Value, str] = field(default_factory=dict)
    items: Items = field(default_factory=dict)

    def reaching(self, value: Value, reader: str) -> Sequences:
        """Those of the value's producers whose value `reader` can see: not what dies with a fixture of others."""
        scope = self.reach.get(value, "suite")
        mine = group_of(self.items.get(reader), scope)
        return tuple(each for each in self.producers[value] if group_of(self.items.get(each[-1]), scope) == mine)

    @cached_property
    def readers(self) -> Mapping[Value, Sequence[str]]:
        """value -> the tests that were seen to start with it in place, and read its location."""
        found: dict[Value, list[str]] = {}
        for pair, execution in self.pairs.items():
            if execution:
                found.setdefault((pair.location, pair.digest), []).append(pair.reader)
        return found

    @cached_property
    def values_at(self) -> Mapping[Location, Sequence[Value]]:
        """The values that are left at each location."""
        found: dict[Location, list[Value]] = {}
        for value in self.producers:
            found.setdefault(value[0], []).append(value)
        return found

    @cached_property
    def places(self) -> Places:
        """Where values are left."""
        return Places.of(self.values_at)

    @property
    def uncovered(self) -> tuple[Pair, ...]:
        return tuple(pair for pair, execution in self.pairs.items() if not execution)


Met = tuple[Location, str, str]
"""Location, digest and reader of a pair."""


def coverage_from(
    profiles: Mapping[str, SoloProfile], chains: Chains, first: Mapping[Met, str], items: Items, depth: int
) -> Coverage:
    """Pairs from the profiles, and from leaks that appear only behind other tests; `first` tells who covered them.

    `depth` is the greatest number of tests that are followed as the makers of one value.
    """
    producers, reach = _values(profiles)
    over = {(each.location, each.digest) for profile in profiles.values() for each in profile.changes if each.over}
    for key, (change, sequences) in chains.items():
        followed = tuple(each for each in sequences if len(each) <= depth)
        if followed:
            producers[key] = [*producers.get(key, ()), *followed]
            reach.setdefault(key, change.reach)
            over |= {key} if change.over else set()
    places = Places.of(location for location, _ in producers)
    readers, behind = readers_of(profiles, places), _readers_behind_fixtures(profiles)
    pairs = {
        Pair(location, digest, reader): first.get((location, digest, reader), "")
        for (location, digest), sequences in producers.items()
        for reader in _in_reach(
            reach[location, digest],
            sequences,
            [*readers.get(location, ()), *(behind.get(location, ()) if (location, digest) in over else ())],
            items,
        )
    }
    makers = {key: tuple(each) for key, each in producers.items()}
    return Coverage(pairs, makers, _long(chains), reach, items)


def _values(profiles: Mapping[str, SoloProfile]) -> tuple[dict[Value, list[tuple[str, ...]]], dict[Value, str]]:
    producers: dict[Value, list[tuple[str, ...]]] = {}
    reach: dict[Value, str] = {}
    for profile in profiles.values():
        for change in leaks_among(profile.changes):
            key = (change.location, change.digest)
            producers.setdefault(key, []).append((profile.test,))
            reach[key] = change.reach
    return producers, reach


def _long(chains: Chains) -> Sequences:
    """The makers of values that were seen behind several tests only: some of them may not be needed."""
    every = (sequence for _, sequences in chains.values() for sequence in sequences)
    return tuple(dict.fromkeys(sequence for sequence in every if len(sequence) > SHORTEST_CHAIN))


def digests_by_writer(profiles: Mapping[str, SoloProfile]) -> Mapping[tuple[str, Location], str]:
    """(test, location) -> the digest of what the test leaves there when it is alone."""
    return {
        (profile.test, change.location): change.digest
        for profile in profiles.values()
        for change in profile.changes
    }


def readers_of(profiles: Mapping[str, SoloProfile], places: Places) -> Mapping[Location, list[str]]:
    """location -> the tests that read it when they are alone."""
    found: dict[Location, list[str]] = {}
    for profile in profiles.values():
        for location in places.covered(profile.reads):
            found.setdefault(location, []).append(profile.test)
    return found


def _readers_behind_fixtures(profiles: Mapping[str, SoloProfile]) -> Mapping[Location, list[str]]:
    """location -> the tests that read it only behind the write of a wider fixture: they meet what others do to that
    fixture's value, and never what stood there before it."""
    found: dict[Location, list[str]] = {}
    for profile in profiles.values():
        for location in sorted(each for each in profile.behind if not profile.reads_any(each)):
            found.setdefault(location, []).append(profile.test)
    return found


def _in_reach(
    scope: str, sequences: Iterable[tuple[str, ...]], readers: Sequence[str], items: Items
) -> Sequence[str]:
    """Those of `readers` that can see what was left."""
    if scope in EVERYWHERE:
        return readers
    groups = {group_of(items.get(sequence[-1]), scope) for sequence in sequences}
    return [reader for reader in readers if reader not in items or group_of(items[reader], scope) in groups]


def meet(
    name: str,
    timeline: Timeline,
    profiles: Mapping[str, SoloProfile],
    digests: Mapping[tuple[str, Location], str],
    first: dict[Met, str],
) -> None:
    """Tell in `first` which values of the execution `name` stood in front of their readers, if none did before."""
    for place, run in enumerate(timeline.runs):
        profile = profiles.get(run.test)
        if profile is None:
            continue
        met = timeline.read(place, profile.consults)
        if len(met) > 1 and not profile.agrees(run.outcome):
            continue  # which of them it was is an open question
        for location, value in met.items():
            for digest in (value.digest, digests.get((value.writer, location), value.digest)):
                first.setdefault((location, digest, run.test), name)
        if run.again is not None:
            for change in profile.changes:
                if change.reach == "suite":
                    first.setdefault((change.location, change.digest, run.test), name)
