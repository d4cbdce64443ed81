"""What an audit does first that has little time for all of it: other orders and tests alone by turns, those under
suspicion before the others; and a share is kept for proving what these show."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.records import Alone, Order
from leakcheck.search.outlook import ALONE, declared_seconds, outlook
from leakcheck.search.session import AuditSession

PROOF = 1 / 3
"""Of the time behind the declared order, so much at least is for what follows the orders and the tests alone."""
CAUTION = 1.5
"""Orders and tests alone take so many times as long as is foreseen, if it goes badly."""
FEWEST, LEAST = 8, 1.0
"""Tests that a turn runs alone, and seconds that it has, at least."""
Suspicion = Callable[[AuditSession], Sequence[Collection[str]]]
"""Groups of tests, the most suspected first."""


@contextmanager
def kept_for_proof(bench: AuditSession) -> Iterator[None]:
    """Within, everything ends in time for what follows; without end where the audit has no bound."""
    now = time.monotonic()
    bench.limit = now + (1 - PROOF) * (bench.ends - now)
    try:
        yield
    finally:
        bench.limit = bench.ends


def is_short_of_time(bench: AuditSession) -> bool:
    """Whether the orders and every test alone may not fit."""
    with kept_for_proof(bench):
        return CAUTION * sum(outlook(bench).phases.values()) > bench.limit - time.monotonic()


@dataclass
class Turns:
    """An order of the whole suite, and meanwhile tests alone, again and again.

    `suspicion` is asked before each turn, `backwards` for the reverse of orders that only running them has told.
    """

    bench: AuditSession
    suspicion: Suspicion
    backwards: Callable[[list[Order], list[Order]], list[Order]]
    _orders: list[Order] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._orders = self.bench.orders(self.bench.view())

    def take(self) -> bool:
        """Go on until nothing is left, or nothing that fits into the time; whether anything was run."""
        took = False
        while self._turn():
            took = True
        return took

    def _turn(self) -> bool:
        left = self.bench.limit - time.monotonic()
        orders = self._orders[:1] if declared_seconds(self.bench) < left else []
        tests = self._alone()[: _a_turn(self.bench) if orders else None]
        if left < LEAST or not (orders or tests):
            return False
        done = self.bench.run("turns", [*orders, *_in_processes(self.bench, tests)])
        whole = [each.order for each in done if not isinstance(each.order.question, Alone)]
        self._orders = [*self.backwards(whole, orders), *self._orders[len(orders) :]]
        alone = [each for each in done if isinstance(each.order.question, Alone) and each.status != "lost"]
        self._seen.update(test for each in alone for test in each.order.tests)
        return True

    def leave(self) -> None:
        """There is no time any more for what is left."""
        self.bench.left_out.note("turns", [*self._orders, *_in_processes(self.bench, self._alone())])

    def _alone(self) -> list[str]:
        return _by_rank(self.bench, self.suspicion(self.bench), self._seen)


def _by_rank(bench: AuditSession, groups: Sequence[Collection[str]], seen: Collection[str]) -> list[str]:
    """Tests under suspicion, then all others where everyone is to run alone, each in declared order; without those
    that were `seen`."""
    every = [test for test in bench.suite.ids if bench.concerns(test)]
    known = (*groups, *([every] if bench.profile.isolate_all and bench.engine.fork else []))
    return list(dict.fromkeys(test for group in known for test in every if test in group and test not in seen))


def _in_processes(bench: AuditSession, tests: Sequence[str]) -> list[Order]:
    """Each of `tests` alone, in their order, and once more where the profile wants that."""
    rank = {test: number for number, test in enumerate(tests)}
    orders = sorted(Isolated().propose(bench.view(tests)), key=lambda order: rank[order.tests[0]])
    return orders if bench.profile.isolate_all else [replace(order, question=Alone()) for order in orders]


def _a_turn(bench: AuditSession) -> int:
    """How many tests run alone while the others run an order of the whole suite."""
    declared, tests = declared_seconds(bench), len(bench.suite.tests)
    return max(FEWEST, int(declared / (ALONE + 2 * declared / tests)) * max(1, bench.engine.at_a_time - 1))
