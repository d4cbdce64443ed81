"""Before a test is called flaky, its order runs again with nothing else running."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from leakcheck.analysis.graph.verdicts import verdicts_of
from leakcheck.records import Alone, Order, TestRun, Whole
from leakcheck.search.once_more import STEPS, OnceMore
from leakcheck.search.phases import settle
from leakcheck.search.session import AuditSession
from leakcheck.wire.events import Disowned
from search.model import Model, ModelEngine, fails_by_chance, opened

TEST, OTHER = "test_a.py::v", "test_b.py::w"
MODEL = Model({TEST: (), OTHER: ()})


@dataclass
class Crowded(ModelEngine):
    """Every second execution that others may run beside meets them in `meets`."""

    meets: str = TEST
    _crowd: list[Order] = field(default_factory=list)

    def _runs(self, order: Order, tests: Sequence[str]) -> Iterator[TestRun]:
        self._crowd += [] if order.exclusive else [order]
        met = not order.exclusive and len(self._crowd) % 2 == 0
        for run in super()._runs(order, tests):
            yield replace(run, outcome="failed") if met and run.test == self.meets else run


def verdict(bench: AuditSession, test: str = TEST) -> str:
    found = verdicts_of(bench.suite.ids, bench.known(), ())
    return next(each.verdict for each in found if each.id == test)


def again(bench: AuditSession, times: int) -> None:
    orders = [Order(Whole(), tuple(MODEL.tests), repeat=number) for number in range(1, 1 + times)]
    bench.run("orders", orders)


def test_what_met_others_is_not_flaky_and_leaves_no_evidence_behind() -> None:
    engine = Crowded(MODEL)
    bench = opened(engine)
    again(bench, 3)
    assert set(bench.known().wavering) == {TEST}
    OnceMore(bench).settle()
    assert not bench.known().wavering
    assert verdict(bench) == "stable"
    dropped = [event for _, event in engine.kept if isinstance(event, Disowned)]
    assert [len(each.executions) for each in dropped] == [2]
    (note,) = bench.notes
    assert note == (
        f"{TEST} failed in 2 executions as the first test of its process, and passed in 8 executions of the same "
        "order with nothing else running: it met something outside its process, or chance or the collector of "
        "garbage decides, but seldom; "
        "those executions do not count"
    )


def test_it_is_asked_with_nothing_else_running_and_only_as_far_as_needed() -> None:
    engine = Crowded(MODEL)
    bench = opened(engine)
    again(bench, 1)
    begun = len(engine.ran)
    OnceMore(bench).settle()
    asked = engine.ran[begun : begun + sum(STEPS)]
    assert all(order.exclusive for order in engine.ran[begun:])
    assert {order.tests for order in asked} == {(TEST,)}, "what runs behind the test is no part of it"
    assert len({order.repeat for order in asked}) == sum(STEPS)


def test_a_coin_is_flaky_and_is_asked_no_longer_than_needed() -> None:
    model = Model({TEST: (fails_by_chance(0.5),), OTHER: ()})
    engine = ModelEngine(model)
    bench = opened(engine)
    bench.run("isolated", [Order(Alone(), (TEST,), repeat=number) for number in range(8)])
    begun = len(engine.ran)
    OnceMore(bench).settle()
    assert set(bench.known().flaky) == {TEST}
    assert verdict(bench) == "flaky"
    assert len(engine.ran) - begun <= sum(STEPS)
    assert bench.notes == []


def test_nothing_is_asked_where_nothing_wavers() -> None:
    engine = ModelEngine(MODEL)
    bench = opened(engine)
    again(bench, 3)
    begun = len(engine.ran)
    OnceMore(bench).settle()
    assert len(engine.ran) == begun


def test_without_budget_it_is_undecided_and_that_is_told() -> None:
    bench = opened(Crowded(MODEL))
    again(bench, 1)
    bench.deadline = float("-inf")
    OnceMore(bench).settle()
    bench.tell_left_out()
    assert verdict(bench) == "unknown"
    (note,) = bench.notes
    what = "meant to repeat, with nothing else running, what differed in the same order"
    assert note == f"the budget was spent: 2 executions were left out, {what}"


@pytest.mark.parametrize("chance", range(6))
def test_a_whole_audit_beside_others_accuses_nobody(chance: int) -> None:
    bench = opened(Crowded(MODEL, chance=Random(chance)), random=1)
    settle(bench)
    assert (verdict(bench), verdict(bench, OTHER)) == ("stable", "stable")
    assert bench.edges() == ()
