"""What an audit does first that has little time for all of it: other orders and tests alone by turns, those under
suspicion before the others; and a share is kept for proving what these show."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from leakcheck.orders import whole_orders
from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.records import Alone, Execution, Order
from leakcheck.search.outlook import ALONE, declared_seconds, outlook
from leakcheck.search.session import AuditSession

PROOF = 1 / 3
"""Of the time behind the declared order, so much at least is for what follows the orders and the tests alone."""
CAUTION = 1.5
"""Orders and tests alone take so many times as long as is foreseen, if it goes badly."""
FEWEST = 8
"""Tests that a turn runs alone, at least."""
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
    return CAUTION * sum(outlook(bench).phases.values()) > _left(bench)


def by_turns(bench: AuditSession, suspicion: Suspicion, backwards: Callable[[list[Order]], list[Order]]) -> None:
    """An order of the whole suite, and meanwhile tests alone, again and again until the time is over.

    `suspicion` is asked before each turn, `backwards` for the reverse of orders that only running them has told.
    """
    orders, seen = whole_orders(bench.view()), set[str]()
    while (tests := _by_rank(bench, suspicion(bench), seen)) or orders:
        fitting = orders[:1] if declared_seconds(bench) < _left(bench) else []
        chosen = tests[: _a_turn(bench) if fitting else None]
        if time.monotonic() > bench.limit or not (fitting or chosen):
            bench.left_out.note("turns", [*orders, *_alone(bench, tests)])
            break
        seen.update(chosen)
        done = bench.run("turns", [*fitting, *_alone(bench, chosen)])
        orders = [*backwards(_orders_of(done)), *orders[len(fitting) :]]


def _by_rank(bench: AuditSession, groups: Sequence[Collection[str]], seen: Collection[str]) -> list[str]:
    """Tests under suspicion, then all others where everyone is to run alone, each in declared order; without those
    that were `seen`."""
    every = bench.suite.ids
    known = (*groups, *([every] if bench.profile.isolate_all and bench.engine.fork else []))
    return list(dict.fromkeys(test for group in known for test in every if test in group and test not in seen))


def _alone(bench: AuditSession, tests: Sequence[str]) -> list[Order]:
    """Each of `tests` alone, in their order, and once more where the profile wants that."""
    rank = {test: number for number, test in enumerate(tests)}
    orders = sorted(Isolated().propose(bench.view(tests)), key=lambda order: rank[order.tests[0]])
    return orders if bench.profile.isolate_all else [replace(order, question=Alone()) for order in orders]


def _a_turn(bench: AuditSession) -> int:
    """How many tests run alone while the others run an order of the whole suite."""
    declared, tests = declared_seconds(bench), len(bench.suite.tests)
    return max(FEWEST, int(declared / (ALONE + 2 * declared / tests)) * max(1, bench.engine.lanes - 1))


def _left(bench: AuditSession) -> float:
    return bench.limit - time.monotonic()


def _orders_of(executions: Iterable[Execution]) -> list[Order]:
    return [each.order for each in executions if not isinstance(each.order.question, Alone)]
