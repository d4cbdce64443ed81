"""What every test does when it runs alone: outcome, reads and leaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from leakcheck.analysis.facts.alone import Solo, solos
from leakcheck.records import (
    BAD_OUTCOMES,
    GOOD_OUTCOMES,
    Behind,
    Change,
    Execution,
    Location,
    Names,
    Outcome,
    Printed,
    TestRun,
)


@dataclass(frozen=True, slots=True)
class SoloProfile:
    """One test alone. `outcomes` are those of every run in which it was the first, `again` those of second runs in
    one process.

    `elsewhere` are locations that it changed and that no probe tracks, with the digest of what it left there.
    `first_used` are those among them which it only made by being their first user: not taken for leaks, unless one
    of them is known to hurt somebody.
    `modules` are those of the project that were loaded: what lies in others it cannot have read. None: not known.
    `names` are sets of names, a text each (`records.name_sets`): what it read of those modules has one in one of
    them. No set: not known.
    `behind` are locations that it reads once a wider fixture, which was set up in it, has set them: where that was
    set up before, what others do to these values is in its way.
    `in_row`: it never was alone in its process, but behind tests that had left nothing.
    """

    test: str
    outcomes: tuple[Outcome, ...]
    again: tuple[Outcome, ...] = ()
    reads: frozenset[Location] = frozenset()
    changes: tuple[Change, ...] = ()
    elsewhere: frozenset[tuple[Location, str]] = frozenset()
    first_used: frozenset[Location] = frozenset()
    modules: frozenset[str] | None = None
    names: frozenset[str] = frozenset()
    in_row: bool = False
    behind: frozenset[Location] = frozenset()

    @property
    def good(self) -> bool:
        return bool(self.outcomes) and all(each in GOOD_OUTCOMES for each in self.outcomes)

    @property
    def bad(self) -> bool:
        return bool(self.outcomes) and all(each in BAD_OUTCOMES for each in self.outcomes)

    @property
    def mixed(self) -> bool:
        return not self.good and not self.bad and len(self.outcomes) > 1

    def agrees(self, outcome: str) -> bool:
        """Whether the test behaves so when it is alone."""
        return (self.good and outcome in GOOD_OUTCOMES) or (self.bad and outcome in BAD_OUTCOMES)

    def differs(self, outcome: str) -> bool:
        """Whether the test steadily behaves otherwise when it is alone."""
        return (self.good and outcome in BAD_OUTCOMES) or (self.bad and outcome in GOOD_OUTCOMES)

    @property
    def places_elsewhere(self) -> frozenset[Location]:
        return frozenset(location for location, _ in self.elsewhere)

    @property
    def consults(self) -> frozenset[Location]:
        """All that it reads, be it behind the write of a wider fixture."""
        return self.reads | self.behind

    def reads_any(self, location: Location) -> bool:
        """Whether the test consults `location`."""
        return any(read.covers(location) for read in self.reads)


def profiles_of(executions: Iterable[Execution]) -> Mapping[str, SoloProfile]:
    """The profile of every test that ran alone. One that runs twice in a process ran alone the first
    time, if the import of the other test files, which differs, is no reason for another outcome."""
    known = Profiles()
    for execution in executions:
        known.add(execution)
    return known.found


@dataclass(slots=True)
class Profiles:
    """Those of the executions added so far, and at the start how tests are taken to be. `alone` are those of
    isolated runs, `rows` those of tests that were as good as alone, which count as long as there is no other;
    `twice` are the first outcomes of tests that ran twice: they count behind those of all isolated runs, of a test
    that has any."""

    found: dict[str, SoloProfile] = field(default_factory=dict)
    alone: dict[str, SoloProfile] = field(default_factory=dict)
    rows: dict[str, SoloProfile] = field(default_factory=dict)
    twice: dict[str, tuple[Outcome, ...]] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, execution: Execution) -> tuple[str, ...]:
        """The tests about which something new is known; none if `execution` tells nothing of a test alone."""
        told = self._learn(execution)
        for test in told:
            known = [each for each in (self.alone.get(test), self.rows.get(test)) if each is not None]
            if not known and test in self.found:
                self.found[test] = replace(self.found[test], names=self.names.get(test, frozenset()))
            profile = next((each for each in known if each.outcomes), known[0] if known else None)
            if profile is not None:
                twice = (outcome for outcome in self.twice.get(test, ()) if profile.agrees(outcome))
                outcomes = (*profile.outcomes, *twice)
                self.found[test] = replace(profile, outcomes=outcomes, names=self.names.get(test, frozenset()))
        return told

    def _learn(self, execution: Execution) -> tuple[str, ...]:
        if isinstance(execution.order.question, Names):
            test = execution.order.tests[0]
            self.names[test] = self.names.get(test, frozenset()).union(filter(None, [execution.names]))
            return (test,)
        if is_twice(execution):
            test = execution.runs[0].test
            self.twice[test] = (*self.twice.get(test, ()), execution.runs[0].outcome)
            return (test,)
        if execution.status == "refused":
            return ()
        shown = tuple(solos(execution))
        for each in shown:
            known = self.rows if each.in_row else self.alone
            known[each.test] = _extended(
                known.get(each.test) or SoloProfile(each.test, (), in_row=each.in_row), each
            )
        return tuple(each.test for each in shown)


def is_twice(execution: Execution) -> bool:
    """A run of one test twice, as it is and to its end."""
    order = execution.order
    is_plain = isinstance(order.question, Behind | Printed)
    return is_plain and len(execution.runs) == 2 == order.tests.count(execution.runs[0].test) == len(order.tests)


def net_changes(run: TestRun) -> list[Change]:
    """What the run left in the end. What a wider fixture took away again only its own users can have seen."""
    left = {change.location: change for change in run.changes}
    for change in run.finalised:
        earlier = left.get(change.location)
        if earlier is not None and change.digest == earlier.before_digest:
            scope = next((source.scope for source in change.sources if source.scope), None)
            left[change.location] = replace(earlier, reach=scope or "module")
        else:
            left[change.location] = change
    return list(left.values())


def _extended(profile: SoloProfile, shown: Solo) -> SoloProfile:
    runs = [run for run in shown.runs if run.test == profile.test]
    outcome = shown.outcome
    if outcome == "not run":
        return profile
    again = tuple(run.again for run in runs if run.again is not None)
    known = {change.location for change in profile.changes}
    new = tuple(change for run in runs for change in net_changes(run) if change.location not in known)
    return SoloProfile(
        profile.test,
        (*profile.outcomes, outcome),
        (*profile.again, *again),
        profile.reads.union(*(run.reads for run in runs)),
        (*profile.changes, *new),
        profile.elsewhere.union(
            (change.location, change.digest) for change in shown.deep if not _is_made_on_first_use(change)
        ),
        profile.first_used.union(change.location for change in shown.deep if _is_made_on_first_use(change)),
        frozenset((*(profile.modules or ()), *shown.modules)) or None,
        in_row=profile.in_row,
        behind=profile.behind.union(each.location for run in runs for each in run.renewed if each.behind),
    )


def _is_made_on_first_use(change: Change) -> bool:
    """What a third party's object makes when it is needed: a stack of middleware, a connection, a schema."""
    return change.internal and change.from_nothing


NAMED_KINDS = ("declared", "reversed", "random", "worker")
