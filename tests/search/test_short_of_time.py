"""An audit that has less time than it wants: what it does first, when it ends, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.engine import Engine
from leakcheck.options import Options
from leakcheck.progress import Silent
from leakcheck.records import Alone, Execution, NotRun, Order, Row, Whole
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, fails_if, look, write
from search.test_search import differs, models

MARGIN = 1e-6


@dataclass
class TimedEngine(ModelEngine):
    """Every test takes a second, nothing else does; there is one lane."""

    now: float = 0.0
    lanes: int = 1

    def _execution(self, tag: str, order: Order, tests: Sequence[str]) -> Execution:
        self.now += len(tests)
        return replace(super()._execution(tag, order, tests), seconds=float(len(tests)))


def audited(model: Model, wall: float, patch: pytest.MonkeyPatch) -> tuple[AuditSession, TimedEngine]:
    """An audit of `model` that may take so many seconds, and its engine."""
    engine = TimedEngine(model)
    patch.setattr("leakcheck.search.session.time.monotonic", lambda: engine.now)
    options = Options(random=2, random_until="all", budget=wall, budget_unit="seconds")
    bench = AuditSession(cast(Engine, engine), options, Silent(), model.suite, ends=wall)
    bench.run("declared", [Order(Whole(), tuple(model.tests))])
    settle(bench)
    bench.tell_left_out()
    return bench, engine


def left_out(engine: ModelEngine) -> NotRun:
    return next((event for _, event in engine.kept if isinstance(event, NotRun)), NotRun())


def alone_in(engine: ModelEngine) -> list[str]:
    """In a process of their own, or in a row."""
    return [test for order in engine.ran if isinstance(order.question, Alone | Row) for test in order.tests]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(models(), st.integers(1, 400))
def test_it_ends_in_time_tells_what_is_missing_and_accuses_nobody_falsely(model: Model, wall: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        bench, engine = audited(model, wall, patch)
        longest = max(len(order.tests) or len(model.tests) for order in engine.ran)
        assert engine.now <= wall + longest  # this engine does not end what runs
        missing = left_out(engine)
        assert set(missing.alone) == set(model.tests) - set(alone_in(engine))
        ran = {order.name for order in engine.ran if isinstance(order.question, Whole)}
        wanted = {"declared", "reversed", "random 1", "random 1 reversed", "random 2", "random 2 reversed"}
        assert set(missing.orders) == wanted - ran
        for edge in accusing(bench):
            assert not edge.confirmed or differs(model, edge.polluters, edge.test)


def leaky(many: int) -> Model:
    """Among so many others one that hurts another, which the declared order does not show."""
    others = {f"test_{number:02d}.py::t": (look("nothing"),) for number in range(many)}
    return Model({**others, "test_x.py::victim": (fails_if(x="1"),), "test_y.py::polluter": (write("x"),)})


def test_those_under_suspicion_are_run_alone_first(monkeypatch: pytest.MonkeyPatch) -> None:
    model = leaky(60)
    _, engine = audited(model, 200.0, monkeypatch)
    first = alone_in(engine)
    assert first[0] == "test_y.py::polluter", "it left something in the declared order"
    assert first.index("test_x.py::victim") < 30, "it failed in the reversed one"
    assert 0 < len(left_out(engine).alone) < 20


def test_orders_and_tests_alone_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine = audited(leaky(60), 500.0, monkeypatch)
    ran = ["alone" if isinstance(order.question, Alone) else order.name for order in engine.ran]
    assert ran[0:3] == ["declared", "reversed", "alone"]
    assert ran.index("random 1") < len(ran) - ran[::-1].index("alone")


def test_what_was_found_is_proven_in_the_time_that_is_kept_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, engine = audited(leaky(60), 240.0, monkeypatch)
    (edge,) = [edge for edge, _ in bench.edges() if edge.effect == "breaks"]
    assert (edge.polluters, edge.test, edge.confirmed) == (("test_y.py::polluter",), "test_x.py::victim", True)
    assert edge.counterfactual
    assert left_out(engine).orders


def test_time_that_proof_does_not_need_is_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    _, engine = audited(leaky(60), 420.0, monkeypatch)
    first = next(number for number, order in enumerate(engine.ran) if order.kind == "confirm")
    later = [order for order in engine.ran[first:] if isinstance(order.question, Alone | Whole)]
    assert any(not order.repeat for order in later)
    assert engine.now <= 420.0


def test_time_that_suffices_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model = leaky(10)
    _, bounded = audited(model, 100_000.0, monkeypatch)
    _, free = audited(model, float("inf"), monkeypatch)
    assert bounded.ran == free.ran
    assert left_out(bounded) == NotRun()
