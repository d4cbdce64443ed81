"""The work bench of a shard: it runs its own tests alone, and takes all others to behave alone as they did in the
declared order. It asks why its own tests differ between the orders that it runs, and who is hurt by what they are
the first to leave. What it cannot know is asked by who has all shards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from leakcheck.analysis import Coverage, Knowledge
from leakcheck.analysis.facts.coverage import Met, digests_by_writer, meet
from leakcheck.analysis.facts.elsewhere import cleared_in, expected_timelines
from leakcheck.analysis.facts.taken import first_leavers, taken_from
from leakcheck.analysis.facts.timeline import Items, Timeline, timeline_of
from leakcheck.orders import View
from leakcheck.records import Alone, Drawn, Execution, Location, Order, Row, Whole
from leakcheck.search.drawn import draw, drawn
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
    _expected_of: int = 0

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

    def learn_other_orders(self) -> None:
        """Where a plugin of the project shuffles, the others' random orders are known only when they run: it is
        asked for their sequences."""
        draw(self, self._others())

    def _others(self) -> list[Order]:
        """The orders of the whole suite that other shards run."""
        mine = self.orders(self.view())
        return [order for order in super().orders(self.view()) if order not in mine]

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
        of = sum(isinstance(each.order.question, Alone | Row | Drawn) for each in self.executions)
        if self._expected_of != of:
            self._expected_of = of
            self._expected.clear()
            profiles = self.evidence().profiles
            digests = digests_by_writer(profiles)
            for timeline in self._timelines_elsewhere():
                meet(ELSEWHERE, timeline, profiles, digests, self._expected)
        return self._expected

    def _timelines_elsewhere(self) -> Iterator[Timeline]:
        declared = self._declared()
        if declared is not None:
            cleared = cleared_in(self.known().timelines)
            yield from expected_timelines(declared, self._sequences(), cleared, self._items)

    def _sequences(self) -> Iterator[tuple[str, ...]]:
        """Those that other shards run, as far as they are known; of what a plugin draws, the reverse as well."""
        known = drawn(self)
        for order in self._others():
            if order.tests:
                yield order.tests
            elif order.seed is not None and order.seed in known:
                yield from (known[order.seed], known[order.seed][::-1])

    def _declared(self) -> Execution | None:
        return next((each for each in reversed(self.executions) if each.order.kind == "declared"), None)

    def _timeline(self, execution: Execution) -> Timeline:
        return timeline_of(execution, self._items)

    @cached_property
    def _items(self) -> Items:
        return {item.id: item for item in self.suite.tests}

    def _nothing_known(self) -> Knowledge:
        declared = self._declared()
        others = frozenset(self.suite.ids) - self.share
        taken = taken_from(self._timeline(declared), others) if declared is not None else None
        return Knowledge(self.suite, self.options.depth, taken)
