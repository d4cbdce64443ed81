"""Shards of the search, and the search behind them, find what one search finds."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings

from leakcheck.engine import Engine
from leakcheck.options import Options
from leakcheck.progress import Silent
from leakcheck.records import Alone, Drawn, Edge, Execution, Order, Row, Whole, numbered
from leakcheck.records.timing import PhaseTimes
from leakcheck.search.phases import settle, settle_the_rest
from leakcheck.search.session import AuditSession
from leakcheck.search.shard_session import ShardSession
from leakcheck.search.shares import share_of
from search.model import Model, ModelEngine, fails_if, look, opened, write
from search.test_search import models

LEAKY = Model(
    {
        **{f"a.py::quiet{number}": (look("x"),) for number in range(6)},
        "b.py::makes": (write("x"),),
        **{f"b.py::quiet{number}": () for number in range(6)},
        "c.py::hurt": (fails_if(x="1"),),
        "c.py::also": (fails_if(x="1"),),
        "d.py::makes_too": (write("x"),),
        "d.py::other": (write("y", "2"),),
        "e.py::both": (fails_if(x="1", y="2"),),
    }
)


def shard(model: Model, index: int, total: int) -> tuple[ShardSession, ModelEngine]:
    """A shard that has done its part."""
    engine = ModelEngine(model, Random(1))
    options = Options(random=2, shard=index, shards=total)
    share = share_of(model.suite, index, total)
    bench = ShardSession(cast(Engine, engine), options, Silent(), model.suite, share=share)
    bench.run("declared", [Order(Whole(), tuple(model.tests))])
    settle(bench)
    return bench, engine


def merged(model: Model, total: int, but: int = 0) -> tuple[AuditSession, ModelEngine]:
    """All shards of the audit but one, and what only the whole can ask."""
    found: list[Execution] = []
    for index in range(1, total + 1):
        if index != but:
            found += shard(model, index, total)[0].executions
    engine = ModelEngine(model, Random(1))
    bench = opened(engine)
    bench.executions[:] = [replace(each, id=numbered("e", 1000 + place)) for place, each in enumerate(found)]
    settle_the_rest(bench)
    return bench, engine


def whole(model: Model) -> AuditSession:
    bench = opened(ModelEngine(model, Random(1)))
    settle(bench)
    return bench


def told(bench: AuditSession) -> set[tuple[object, ...]]:
    edges = (edge for edge, _ in bench.edges() if edge.effect in ("breaks", "enables") and edge.confirmed)
    return {(edge.polluters, edge.test, edge.effect, edge.counterfactual) for edge in edges}


def hurt(bench: AuditSession) -> set[str]:
    return {edge.test for edge, _ in bench.edges() if is_accusation(edge)}


def is_accusation(edge: Edge) -> bool:
    return edge.confirmed and edge.effect in ("breaks", "enables")


@pytest.mark.parametrize("total", [1, 2, 4])
def test_the_whole_is_what_one_audit_finds(total: int) -> None:
    assert told(merged(LEAKY, total)[0]) == told(whole(LEAKY))


@settings(max_examples=60, deadline=None)
@given(models(most=14))
def test_of_any_suite(model: Model) -> None:
    assert hurt(merged(model, 3)[0]) == hurt(whole(model))


def test_tests_run_alone_once_over_all() -> None:
    sessions = [shard(LEAKY, index, 4)[0] for index in range(1, 5)]
    alone = [
        {run.test for each in bench.executions if isinstance(each.order.question, Alone | Row) for run in each.runs}
        for bench in sessions
    ]
    assert set().union(*alone) == set(LEAKY.tests)
    for bench, ran in zip(sessions, alone, strict=True):
        assert bench.share <= ran


def test_orders_of_the_whole_suite_are_run_once() -> None:
    names = [
        each.order.name
        for index in range(1, 5)
        for each in shard(LEAKY, index, 4)[0].executions
        if isinstance(each.order.question, Whole) and each.order.kind != "declared"
    ]
    assert sorted(names) == sorted(["reversed", "random 1", "random 1 reversed", "random 2", "random 2 reversed"])


def test_sequences_that_a_plugin_of_the_project_draws_are_asked_for() -> None:
    """Where it shuffles, each shard knows only its own random orders when these have run: what the others will show
    would be asked once more by each."""
    model = replace(LEAKY, plugins=("pytest-randomly",))
    first, _ = shard(model, 1, 4)
    drawn = [each.order for each in first.executions if isinstance(each.order.question, Drawn)]
    own = {each.order.seed for each in first.executions if each.order.kind == "random"}
    assert {each.seed for each in drawn} == {1, 2} - own
    assert all(sorted(each.tests) == sorted(model.tests) for each in drawn)
    assert hurt(merged(model, 4)[0]) == hurt(whole(model)) == {"c.py::hurt", "c.py::also", "e.py::both"}


def test_little_is_left_for_the_whole() -> None:
    _, engine = merged(LEAKY, 4)
    everything = sum(len(shard(LEAKY, index, 4)[1].ran) for index in range(1, 5))
    assert len(engine.ran) < everything / 2


def test_what_others_do_alone_is_taken_from_the_declared_order_until_it_is_doubted() -> None:
    bench, _ = shard(LEAKY, 1, 4)
    others = set(LEAKY.tests) - bench.share
    profiles = bench.evidence().profiles
    taken = {test for test in others if test in profiles and profiles[test].in_row}
    assert taken
    ran = {each.order.tests for each in bench.executions if isinstance(each.order.question, Alone)}
    assert all((test,) not in ran for test in taken)


def test_a_missing_shard_accuses_nobody_else() -> None:
    assert hurt(merged(LEAKY, 4, but=2)[0]) <= hurt(whole(LEAKY))


@pytest.mark.parametrize("plugins", [(), ("pytest-randomly",)])
def test_with_a_lane_for_each_all_orders_run_at_once(plugins: tuple[str, ...]) -> None:
    """Reverses of what a plugin draws as well: to wait for what the first orders show saves no time there."""
    model = replace(LEAKY, plugins=plugins)
    few, many = (ModelEngine(model, Random(1), at_a_time=lanes) for lanes in (2, 16))
    benches = [opened(engine) for engine in (few, many)]
    for bench in benches:
        settle(bench)
    assert hurt(benches[0]) == hurt(benches[1])
    (names,) = _phases_of_orders(many)
    assert names == {"reversed", "random 1", "random 1 reversed", "random 2", "random 2 reversed"}
    assert _phases_of_orders(few)[0] < names


def _phases_of_orders(engine: ModelEngine) -> list[set[str]]:
    """The orders of the whole suite behind the declared one, by the phases in which they ran."""
    names = {each.id: order.name for order, each in engine.ended if isinstance(order.question, Whole)}
    told = [event for _, event in engine.kept if isinstance(event, PhaseTimes) and event.name == "orders"]
    found = [{names[each] for each in event.executions if each in names} for event in told]
    return [each for each in found if each]
