"""What orders are expected to show that somebody else runs: tests do there as they did in the declared order.

Who took away one key of an application or a client there is expected to take them all away: most clear, and what
is expected in vain is asked again by who has all shards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from leakcheck.analysis.facts.timeline import Items, Origin, Timeline, origin_of, timeline_of
from leakcheck.records import Change, Execution, Location, Order, TestRun, Whole

Cleared = Mapping[str, frozenset[tuple[str, str]]]
"""test -> kinds and owners of what it was seen to take away."""


def expected_timelines(
    declared: Execution, sequences: Iterable[Sequence[str]], cleared: Cleared, items: Items
) -> Iterator[Timeline]:
    """Those of `sequences` of tests, as far as tests did something in the `declared` order."""
    origin = origin_of(declared)
    runs = {run.test: _with_all(run, cleared.get(run.test, frozenset()), origin) for run in declared.runs}
    for tests in sequences:
        ran = tuple(runs[test] for test in tests if test in runs)
        yield timeline_of(Execution("", Order(Whole(), tuple(tests)), "finished", ran), items, origin)


def cleared_in(timelines: Iterable[Timeline]) -> Cleared:
    """Who took away what had been left."""
    found: dict[str, set[tuple[str, str]]] = {}
    for timeline in timelines:
        for location, stays in timeline.stays.items():
            for before, stay in pairwise(stays):
                if before.value is not None and stay.value is None and stay.begin:
                    found.setdefault(timeline.runs[stay.begin - 1].test, set()).add((location.kind, location.owner))
    return {test: frozenset(owners) for test, owners in found.items()}


def _with_all(run: TestRun, owners: frozenset[tuple[str, str]], origin: Origin) -> TestRun:
    """The run, and all that its test is expected to take away."""
    known = {each.location for each in (*run.changes, *run.finalised)}
    more = tuple(
        _taken_away(location, over, digest)
        for (location, over), digest in origin.items()
        if (location.kind, location.owner) in owners and location not in known
    )
    return replace(run, changes=(*run.changes, *more)) if more else run


def _taken_away(location: Location, over: str, digest: str) -> Change:
    return Change(location, "", "", digest, over=over)
