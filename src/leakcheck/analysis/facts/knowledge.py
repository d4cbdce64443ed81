"""What is known of a set of executions, derived once, as they come."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar, cast

from leakcheck.analysis.facts.chains import Found, chains_of, follow
from leakcheck.analysis.facts.coverage import Coverage, Met, coverage_from, digests_by_writer, meet
from leakcheck.analysis.facts.evidence import Answers, Evidence
from leakcheck.analysis.facts.hash_seeds import HashDependence, SeededOutcomes
from leakcheck.analysis.facts.profiles import Profiles, SoloProfile
from leakcheck.analysis.facts.same_order import Same, SameOrders
from leakcheck.analysis.facts.timeline import Timeline, cleaned_in_place, timeline_of
from leakcheck.analysis.facts.used_databases import UsedDependence, UsedOutcomes, is_used
from leakcheck.options import Options
from leakcheck.records import Execution, Location, Seeded, Suite

USUAL_DEPTH = Options().depth
T = TypeVar("T")


class Knowledge:
    """Everything that follows from `executions`, in this order.

    At any time it is what is known of the same executions at once: `add` appends. Where one comes before others or
    counts no longer, all is derived anew (`brought_to`). What it hands out is of the moment, and frozen. `taken` is
    how tests are taken to behave alone that none of them has shown alone yet.
    """

    def __init__(
        self, suite: Suite, depth: int = USUAL_DEPTH, taken: Mapping[str, SoloProfile] | None = None
    ) -> None:
        self.suite = suite
        self.depth = depth
        self.items = {item.id: item for item in suite.tests}
        self.files = {item.id: item.file for item in suite.tests}
        self.executions: list[Execution] = []
        self.by_id: dict[str, Execution] = {}
        self._timelines: list[Timeline] = []
        self._places: dict[str, int] = {}
        self.appearances: dict[str, list[tuple[int, int]]] = {}
        """test -> each of its runs: the number of the execution, and its own number in there."""
        self.news: dict[str, int] = {}
        """test -> how often something was added that its edges may rest on."""
        self.differing: set[str] = set()
        """Tests that were seen to be good and to be bad."""
        self.restless: set[str] = set()
        """Tests that were seen to change anything."""
        self.cleaners: dict[Location, dict[str, None]] = {}
        """location -> tests that were seen to put the value from before in the place of a leaked one."""
        self._seen: dict[str, bool] = {}
        self._taken = dict(taken or {})
        self._profiles, self._answers, self.same_orders = Profiles(self._taken.copy()), Answers(), SameOrders()
        self.seeded = SeededOutcomes()
        self.used = UsedOutcomes()
        self._first: dict[Met, str] = {}
        self._found: Found = {}
        self._followed = 0
        self._derived: dict[Hashable, object] = {}
        self._of_profiles: dict[Hashable, object] = {}

    @classmethod
    def of(cls, executions: Iterable[Execution], suite: Suite, depth: int = USUAL_DEPTH) -> Knowledge:
        """From all of them at once."""
        known = cls(suite, depth)
        known.add(executions)
        return known

    def brought_to(self, executions: Sequence[Execution]) -> Knowledge:
        """What is known of `executions`: this and what is new, if what was known is still there and comes first."""
        count = len(self.executions)
        if self.executions != list(executions[:count]):
            known = Knowledge(self.suite, self.depth, self._taken)
            known.add(executions)
            return known
        if len(executions) > count:
            self.add(executions[count:])
        return self

    def add(self, executions: Iterable[Execution]) -> None:
        """Learn what follows from further executions."""
        self._derived.clear()
        for execution in executions:
            self._add(execution)

    def timeline(self, execution: Execution) -> Timeline:
        """The leaked values in place in one of the executions."""
        return self._timelines[self._places[execution.id]]

    @property
    def timelines(self) -> Sequence[Timeline]:
        """Those of all executions, in their order."""
        return self._timelines

    @property
    def evidence(self) -> Evidence:
        return self.once(_evidence)

    @property
    def coverage(self) -> Coverage:
        return self.once(_coverage)

    @property
    def wavering(self) -> Mapping[str, Same]:
        """test -> the shortest order of which two executions disagree about it."""
        return self.once(_wavering)

    @property
    def flaky(self) -> Mapping[str, Same]:
        """The same of those with nothing else running."""
        return self.once(_flaky)

    @property
    def hash_dependent(self) -> Mapping[str, HashDependence]:
        """Tests whose outcome depends on the hash seed, and on nothing else that was seen."""
        return self.once(_hash_dependent)

    @property
    def used_dependent(self) -> Mapping[str, UsedDependence]:
        """Tests whose outcome depends on what a run has left in databases."""
        return self.once(_used_dependent)

    def once(self, derive: Callable[[Knowledge], T]) -> T:
        """What `derive` makes of this, made once until there are more executions."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        return cast(T, self._derived[derive])

    def once_of_profiles(self, derive: Callable[[Knowledge], T]) -> T:
        """The same of what depends on profiles alone, but for how often each test was seen: made once until one of
        them tells more."""
        if derive not in self._of_profiles:
            self._of_profiles[derive] = derive(self)
        return cast(T, self._of_profiles[derive])

    def _add(self, execution: Execution) -> None:
        number, timeline = len(self.executions), timeline_of(execution, self.items)
        self.executions.append(execution)
        self.by_id[execution.id] = execution
        self._places[execution.id] = number
        self._timelines.append(timeline)
        if isinstance(execution.order.question, Seeded):  # with another seed, it is evidence of nothing else
            self.seeded.add(execution)
            self.same_orders.add(execution)
            return
        if is_used(execution):
            self.used.add(execution)
            self.same_orders.add(execution)
            return
        for place, run in enumerate(execution.runs):
            self.appearances.setdefault(run.test, []).append((number, place))
            if (run.good or run.bad) and self._seen.setdefault(run.test, run.good) is not run.good:
                self.differing.add(run.test)
            if run.changes or run.finalised:
                self.restless.add(run.test)
        for test, location in cleaned_in_place(timeline):
            self.cleaners.setdefault(location, {})[test] = None
        self.same_orders.add(execution)
        self._learn_alone(execution)
        # How sure an edge is rests on all that its test was seen to do.
        ran = (run.test for run in execution.runs)
        self._tell(*dict.fromkeys((*self._answers.add(execution, self.files), *ran)))

    def _learn_alone(self, execution: Execution) -> None:
        """What was followed with a profile that tells more now is followed again."""
        found = self._profiles.found
        before = {test: found.get(test) for test in execution.order.tests}
        for test in self._profiles.add(execution):
            self._tell(test)
            if _facts(before[test]) != _facts(found.get(test)):
                self._of_profiles.clear()
                if any(number < self._followed for number, _ in self.appearances.get(test, ())):
                    self._followed = 0

    def _tell(self, *tests: str) -> None:
        for test in tests:
            self.news[test] = self.news.get(test, 0) + 1

    def _follow(self) -> None:
        """Follow leaked values through the executions that are new."""
        if not self._followed:
            self._first, self._found = {}, {}
        profiles = self._profiles.found
        digests = self.once_of_profiles(_digests)
        for execution, timeline in islice(zip(self.executions, self._timelines, strict=True), self._followed, None):
            meet(execution.id, timeline, profiles, digests, self._first)
            follow(timeline, profiles, self._found)
        self._followed = len(self.executions)


def _facts(profile: SoloProfile | None) -> object:
    """All that others can tell of a test alone, but for how often it was seen."""
    if profile is None:
        return None
    alone = (
        profile.reads,
        profile.behind,
        profile.changes,
        profile.elsewhere,
        profile.first_used,
        profile.modules,
        profile.names,
    )
    return profile.good, profile.bad, *alone


def _profiles(known: Knowledge) -> Mapping[str, SoloProfile]:
    """In declared order: rows have their own."""
    found = known._profiles.found
    return {test: found[test] for test in known.items if test in found} | found


def _evidence(known: Knowledge) -> Evidence:
    return known._answers.evidence(known.once(_profiles))


def _digests(known: Knowledge) -> Mapping[tuple[str, Location], str]:
    return digests_by_writer(known.once(_profiles))


def _coverage(known: Knowledge) -> Coverage:
    known._follow()
    return coverage_from(known.once(_profiles), chains_of(known._found), known._first, known.items, known.depth)


def _wavering(known: Knowledge) -> Mapping[str, Same]:
    return known.same_orders.wavering()


def _flaky(known: Knowledge) -> Mapping[str, Same]:
    return known.same_orders.flaky()


def _hash_dependent(known: Knowledge) -> Mapping[str, HashDependence]:
    return {test: each for test, each in known.seeded.dependent().items() if test not in known.differing}


def _used_dependent(known: Knowledge) -> Mapping[str, UsedDependence]:
    return known.used.dependent(known.evidence.profiles)
