"""The work bench of a shard: it runs its own tests alone, and takes all others to behave alone as they did in the
declared order. It asks why its own tests differ between the orders that it runs, and who is hurt by what they are
the first to leave. What it cannot know is asked by who has all shards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from leakcheck.analysis import Coverage, Knowledge
from leakcheck.analysis.facts.coverage import Met, digests_by_writer, meet
from leakcheck.analysis.facts.taken import first_leavers, taken_from
from leakcheck.analysis.facts.timeline import Timeline, timeline_of
from leakcheck.orders import View
from leakcheck.records import Execution, Location, Order, TestRun, Whole
from leakcheck.search.session import AuditSession
from leakcheck.search.shares import orders_of

ELSEWHERE = "elsewhere"
"""In the place of an execution: another shard has it."""


@dataclass
class ShardSession(AuditSession):
    """A bench that wants to know about the tests of its `share`, and about what they are the first to leave."""

    share: frozenset[str] = frozenset()
    _has_taken: bool = False
    _expected: dict[Met, str] = field(default_factory=dict)

    def concerns(self, test: str) -> bool:
        return test in self.share

    def meets(self, test: str) -> bool:
        """What only a run alone shows that a test leaves is known to its shard alone."""
        return True

    def explains(self, test: str, execution: Execution) -> bool:
        """What orders of the whole suite show is asked by the shard of the test; all else is seen here only."""
        return test in self.share or not isinstance(execution.order.question, Whole)

    def orders(self, view: View) -> list[Order]:
        return orders_of(super().orders(view), self.options.shard, self.options.shards)

    @property
    def sees_all(self) -> bool:
        return False

    def known(self) -> Knowledge:
        if not self._has_taken and self._declared() is not None:
            self._has_taken, self._known = True, None
        return super().known()

    def coverage(self) -> Coverage:
        """What the orders of others are expected to show is left to them."""
        found, expected = super().coverage(), self._shown_by_others()
        ours = {place for place in found.values_at if self.share & self._first_to_leave([place], found)}
        pairs = {
            pair: execution or expected.get((pair.location, pair.digest, pair.reader), "")
            for pair, execution in found.pairs.items()
            if pair.location in ours
        }
        return replace(found, pairs=pairs, long_chains=self._of_ours(found.long_chains))

    def _of_ours(self, sequences: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(each for each in sequences if each[-1] in self.share)

    def _first_to_leave(self, places: Collection[Location], found: Coverage) -> frozenset[str]:
        """The first tests to leave something there in the declared order, which all shards know; or as far as is
        known here."""
        owners = self._owners
        values = {place: found.values_at[place][0] for place in places if place in found.values_at}
        later = (found.producers[value][0][0] for place, value in values.items() if place not in owners)
        return frozenset((*(owners[place] for place in places if place in owners), *later))

    @cached_property
    def _owners(self) -> Mapping[Location, str]:
        """location -> who was the first to leave something there in the declared order. Asked behind that."""
        declared = self._declared()
        return {} if declared is None else first_leavers(self._timeline(declared))

    def _shown_by_others(self) -> Mapping[Met, str]:
        """What the orders that other shards run are expected to show: tests do there as in the declared order."""
        if not self._expected and any(each.order.kind == "isolated" for each in self.executions):
            known = self.known()
            profiles = known.evidence.profiles
            digests = digests_by_writer(profiles)
            for execution in self._expected_executions():
                meet(ELSEWHERE, self._timeline(execution), profiles, digests, self._expected)
        return self._expected

    def _expected_executions(self) -> Iterator[Execution]:
        declared = self._declared()
        if declared is None:
            return
        runs: Mapping[str, TestRun] = {run.test: run for run in declared.runs}
        mine = self.orders(self.view())
        for order in super().orders(self.view()):
            if order not in mine:
                yield Execution(
                    ELSEWHERE, order, "finished", tuple(runs[each] for each in order.tests if each in runs)
                )

    def _declared(self) -> Execution | None:
        return next((each for each in reversed(self.executions) if each.order.kind == "declared"), None)

    def _timeline(self, execution: Execution) -> Timeline:
        return timeline_of(execution, {item.id: item for item in self.suite.tests})

    def _nothing_known(self) -> Knowledge:
        declared = self._declared()
        others = frozenset(self.suite.ids) - self.share
        taken = taken_from(self._timeline(declared), others) if declared is not None else None
        return Knowledge(self.suite, self.options.depth, taken)
