"""Who may be to blame that a test behaved otherwise than alone: the best suspects first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, partial

from leakcheck.analysis.facts.chains import Sequences, Value
from leakcheck.analysis.facts.coverage import Coverage
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.places import Places
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.facts.timeline import InPlace, LeftValue
from leakcheck.records import Execution, Location, Suite, TestRun


@dataclass(frozen=True)
class Suspects:
    """Sequences to try in front of the test.

    `likely` made values that were in place and that it reads; `cleared` too, but with such a value in place the
    test was once seen to behave as alone. `loud` are single tests that left anything else behind, those first that
    changed what few others do, of these the last to run; they are looked for when somebody asks.
    """

    likely: Sequences
    cleared: Sequences
    find_loud: Callable[[], Sequences]

    @cached_property
    def loud(self) -> Sequences:
        return self.find_loud()

    @property
    def tests(self) -> frozenset[str]:
        return frozenset(
            test for group in (self.likely, self.cleared, self.loud) for each in group for test in each
        )


def suspects_for(test: str, execution: Execution, known: Knowledge, coverage: Coverage) -> Suspects:
    """The suspects for what `test` did in `execution`."""
    profiles = known.evidence.profiles
    profile = profiles[test]
    place = next(place for place, run in enumerate(execution.runs) if run.test == test)
    reads = profile.consults | set(execution.runs[place].reads)
    likely: dict[tuple[str, ...], None] = {}
    cleared: dict[tuple[str, ...], None] = {}
    state = _consulted(known.timeline(execution).at(place), reads, known.suite)
    harmless = _harmless(profile, state, known)
    for value, sequence in _makers(state, profiles, coverage):
        (cleared if value in harmless else likely).setdefault(sequence)
    named = {each for sequence in (*likely, *cleared) for each in sequence}
    return Suspects(tuple(likely), tuple(cleared), partial(_loud, execution.runs[:place], named, known))


def _loud(before: Sequence[TestRun], named: Set[str], known: Knowledge) -> Sequences:
    profiles, rarest = known.evidence.profiles, known.once_of_profiles(_rarest)
    loud: list[tuple[int, int, str]] = []
    for place, earlier in enumerate(before):
        profile = profiles.get(earlier.test)
        left = earlier.changes or earlier.finalised or (profile is not None and profile.changes)
        rare = rarest.get(earlier.test, 0)
        if (left or rare) and earlier.test not in named:
            loud.append((rare or len(profiles), -place, earlier.test))
    return tuple((each,) for _, _, each in sorted(loud))


def _rarest(known: Knowledge) -> Mapping[str, int]:
    """test -> how many tests leave what the fewest leave, of what it leaves where no probe tracks."""
    profiles = known.evidence.profiles
    usual = Counter(location for each in profiles.values() for location in each.places_elsewhere)
    return {
        test: min(usual[location] for location in each.places_elsewhere)
        for test, each in profiles.items()
        if each.elsewhere
    }


def _harmless(profile: SoloProfile, state: InPlace, known: Knowledge) -> Set[Value]:
    """Values, of those in place, with which in place the test once behaved as alone."""
    agreeing = [
        (known.timelines[number], place)
        for number, place in known.appearances[profile.test]
        if profile.agrees(known.executions[number].runs[place].outcome)
    ]
    return {
        (location, value.digest)
        for location, value in state.items()
        if any(_stood(timeline.value(location, place), value.digest) for timeline, place in agreeing)
    }


def _stood(value: LeftValue | None, digest: str) -> bool:
    return value is not None and value.digest == digest


def _consulted(state: InPlace, reads: Set[Location], suite: Suite) -> InPlace:
    """What was in place and is read, or may be."""
    read = set(Places.of(state).covered(reads))
    return {location: value for location, value in state.items() if location in read or not suite.tracks(location)}


def _makers(
    state: InPlace, profiles: Mapping[str, SoloProfile], coverage: Coverage
) -> Iterable[tuple[Value, tuple[str, ...]]]:
    """(value, the sequence that makes it) for what was in place, the last written first."""
    for location, value in reversed(list(state.items())):
        writer = profiles.get(value.writer)
        alone = [change.digest for change in writer.changes if change.location == location] if writer else []
        for digest in dict.fromkeys((value.digest, *alone)):
            made = coverage.producers.get((location, digest), ())
            fitting = next((sequence for sequence in made if sequence[-1] == value.writer), None)
            if fitting is not None:
                yield (location, value.digest), fitting
                break
        else:
            yield (location, value.digest), (value.writer,)
