"""Who may be to blame that a test behaved otherwise than alone: the best suspects first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from leakcheck.analysis.chains import Value
from leakcheck.analysis.coverage import Coverage
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.timeline import InPlace, in_place
from leakcheck.records import Execution, Location, Suite


@dataclass(frozen=True, slots=True)
class Suspects:
    """Sequences to try in front of the test.

    `likely` made values that were in place and that it reads; `cleared` too, but with such a value in place the
    test was once seen to behave as alone. `loud` are single tests that left anything else behind, those first that
    changed what few others do, of these the last to run.
    """

    likely: tuple[tuple[str, ...], ...]
    cleared: tuple[tuple[str, ...], ...]
    loud: tuple[tuple[str, ...], ...]

    @property
    def tests(self) -> frozenset[str]:
        return frozenset(
            test for group in (self.likely, self.cleared, self.loud) for each in group for test in each
        )


def suspects_for(
    test: str, execution: Execution, executions: Sequence[Execution], suite: Suite, coverage: Coverage
) -> Suspects:
    """The suspects for what `test` did in `execution`."""
    profiles = profiles_of(executions)
    profile = profiles[test]
    run, state = next(pair for pair in in_place(execution, suite) if pair[0].test == test)
    reads = profile.reads | set(run.reads)
    harmless = set(_harmless(profile, executions, suite))
    likely: dict[tuple[str, ...], None] = {}
    cleared: dict[tuple[str, ...], None] = {}
    for value, sequence in _makers(_consulted(state, reads, suite), profiles, coverage):
        (cleared if value in harmless else likely).setdefault(sequence)
    named = {each for sequence in (*likely, *cleared) for each in sequence}
    loud: list[tuple[int, int, str]] = []
    usual = Counter(location for each in profiles.values() for location in each.places_elsewhere)
    for place, earlier in enumerate(takewhile(lambda each: each.test != test, execution.runs)):
        known = profiles.get(earlier.test)
        left = earlier.changes or earlier.finalised or (known is not None and known.changes)
        rarest = (
            min((usual[location] for location in known.places_elsewhere), default=0) if known is not None else 0
        )
        if (left or rarest) and earlier.test not in named:
            loud.append((rarest or len(profiles), -place, earlier.test))
    return Suspects(tuple(likely), tuple(cleared), tuple((each,) for _, _, each in sorted(loud)))


def _harmless(profile: Profile, executions: Iterable[Execution], suite: Suite) -> Iterable[Value]:
    """Values with which in place the test behaved as alone."""
    for execution in executions:
        if any(run.test == profile.test and profile.agrees(run.outcome) for run in execution.runs):
            for run, state in in_place(execution, suite):
                if run.test == profile.test and profile.agrees(run.outcome):
                    yield from ((location, value.digest) for location, value in state.items())


def _consulted(state: InPlace, reads: Set[Location], suite: Suite) -> InPlace:
    """What was in place and is read, or may be."""
    return {
        location: value
        for location, value in state.items()
        if not suite.tracks(location) or any(read.covers(location) for read in reads)
    }


def _makers(
    state: InPlace, profiles: Mapping[str, Profile], coverage: Coverage
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
