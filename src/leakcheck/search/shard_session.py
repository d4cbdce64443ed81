"""The work bench of a shard: it runs its own tests alone, and takes all others to behave alone as they did in the
declared order. What it asks is about its own share; what rests on others' is asked again by who has all shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from leakcheck.analysis import Coverage, Knowledge
from leakcheck.analysis.facts.profiles import as_in
from leakcheck.analysis.graph.effects import Carried
from leakcheck.orders import View
from leakcheck.records import Execution, Location, Order, Whole
from leakcheck.search.session import AuditSession
from leakcheck.search.shares import orders_of


@dataclass
class ShardSession(AuditSession):
    """A bench that wants to know about the tests of its `share`, and about what they are the first to leave."""

    share: frozenset[str] = frozenset()
    _has_taken: bool = False

    def concerns(self, test: str) -> bool:
        return test in self.share

    def explains(self, test: str, execution: Execution) -> bool:
        """Orders of the whole suite show a test to all shards, of which one is to ask; all else is asked here only."""
        return self.concerns(test) or not isinstance(execution.order.question, Whole)

    def orders(self, view: View) -> list[Order]:
        return orders_of(super().orders(view), self.options.shard, self.options.shards)

    @property
    def adapts(self) -> bool:
        """Who runs a few orders of many cannot tell when they show nothing new."""
        return False

    def known(self) -> Knowledge:
        if not self._has_taken and any(each.order.kind == "declared" for each in self.executions):
            self._has_taken, self._known = True, None
        return super().known()

    def edges(self) -> tuple[Carried, ...]:
        """By their root causes: where a location carries them, the first to leave something there has them all."""
        found = super().coverage()
        return tuple(each for each in super().edges() if self._is_ours(each, found))

    def coverage(self) -> Coverage:
        found = super().coverage()
        places = {place for place in found.values_at if self._first(place, found) in self.share}
        pairs = {pair: execution for pair, execution in found.pairs.items() if pair.location in places}
        return replace(found, pairs=pairs, long_chains=self._ours(found.long_chains))

    def _ours(self, sequences: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        return tuple(each for each in sequences if each[-1] in self.share)

    def _is_ours(self, carried: Carried, found: Coverage) -> bool:
        edge, locations = carried
        names = [self._first(place, found) for place in locations[:1]] or [*edge.polluters[:1], edge.test]
        return next((name for name in names if name in self.files), edge.test) in self.share

    @staticmethod
    def _first(place: Location, found: Coverage) -> str:
        """The first test that is known to leave something there; "" if none is."""
        values = found.values_at.get(place)
        return found.producers[values[0]][0][0] if values else ""

    def _nothing_known(self) -> Knowledge:
        declared = [each for each in self.executions if each.order.kind == "declared"]
        others = frozenset(self.suite.ids) - self.share
        return Knowledge(self.suite, self.options.depth, as_in(declared[-1], others) if declared else None)
