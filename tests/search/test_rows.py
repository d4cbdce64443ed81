"""Rows: what they save, and what they do not hide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from leakcheck.options import PROFILES
from leakcheck.records import Alone, Order, Row
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.rows import MOST, isolate
from search.model import Model, ModelEngine, bench_for, fails_if, fails_unless, look, write

QUIET = {f"test_{number % 2}.py::t{number:02}": (look("a"),) for number in range(40)}


def isolated(engine: ModelEngine) -> list[Order]:
    return [order for order in engine.ran if order.kind == "isolated"]


def settled(model: Model, **options: Any) -> ModelEngine:
    bench, engine = bench_for(model, **options)
    settle(bench)
    return engine


def test_tests_of_a_file_that_leave_nothing_share_a_process() -> None:
    orders = isolated(settled(Model(QUIET)))
    assert {order.question for order in orders} == {Row()}
    assert sorted(test for order in orders for test in order.tests) == sorted(QUIET)
    assert all(len(order.tests) <= MOST and len(order.collect) == 1 for order in orders)
    last_first = [list(order.tests) == sorted(order.tests, reverse=True) for order in orders]
    assert all(last_first)


def test_thorough_has_no_rows() -> None:
    orders = isolated(settled(Model(QUIET), profile="thorough"))
    assert {(order.question, len(order.tests)) for order in orders} == {(Alone(again=True), 1)}


def test_who_left_something_where_others_ran_is_alone_and_so_are_its_readers() -> None:
    tests = {**QUIET, "test_0.py::p": (write("b"),), "test_0.py::r": (look("b"),)}
    orders = isolated(settled(Model(tests)))
    alone = {order.tests[0] for order in orders if isinstance(order.question, Alone)}
    assert alone == {"test_0.py::p", "test_0.py::r"}


def test_who_leaves_something_in_a_row_ends_it_and_runs_alone() -> None:
    """It left what only a look at a test alone sees."""
    tests = {**QUIET, "test_0.py::p": (write("global_b"),)}
    orders = isolated(settled(Model(dict(sorted(tests.items())))))
    assert [order.tests for order in orders if isinstance(order.question, Alone)] in ([], [("test_0.py::p",)])
    rows = [order.tests for order in orders if isinstance(order.question, Row)]
    assert sum("test_0.py::p" in tests for tests in rows) == 1
    assert set(QUIET) <= {test for tests in rows for test in tests}


def test_who_differs_in_any_order_runs_alone_before_anything_is_concluded() -> None:
    """Nobody sees the state, the row has the brittle test behind its state-setter, and others are all around."""
    tests = {
        "test_0.py::s1": (write("hidden"),),
        "test_0.py::b": (fails_unless(hidden="1"),),
        "test_0.py::s2": (write("hidden"),),
    }
    bench, engine = bench_for(Model(tests), random=6, seed=2)
    settle(bench)
    (row,) = (order for order in engine.ran if isinstance(order.question, Row) and len(order.tests) > 1)
    assert row.tests == ("test_0.py::s2", "test_0.py::b", "test_0.py::s1")
    assert any(order.tests == ("test_0.py::b",) and isinstance(order.question, Alone) for order in engine.ran)
    assert {edge.test for edge in accusing(bench)} == {"test_0.py::b"}
    assert not bench.evidence().profiles["test_0.py::b"].in_row


def test_rows_of_a_file_whose_tests_all_fail_alone_do_not_double() -> None:
    """Each ends its row, is not believed at once, and runs once more; what followed it does not."""
    brittle = {f"test_0.py::b{number:02}": (fails_unless(hidden="1"),) for number in range(12)}
    bench, engine = bench_for(Model({"test_0.py::a": (write("hidden"),), **brittle}))
    isolate(bench)
    began = Counter(order.tests[0] for order in isolated(engine))
    assert began == {"test_0.py::a": 1, **dict.fromkeys(brittle, 2)}
    again = [order.tests for order in isolated(engine) if order.exclusive]
    assert again == [(test,) for test in sorted(brittle, reverse=True)]


def test_who_fails_in_a_row_is_no_victim_of_it() -> None:
    """The polluter leaves what nobody sees; the victim is behind it in the row, and nowhere else."""
    tests = {"test_0.py::v": (fails_if(hidden="1"),), "test_0.py::p": (write("hidden"),)}
    bench, engine = bench_for(Model(tests), random=0)
    settle(bench)
    assert Counter(order.question for order in isolated(engine))[Alone(again=True)] == 1
    assert {(edge.polluters, edge.test) for edge in accusing(bench)} == {(("test_0.py::p",), "test_0.py::v")}


HIDDEN_MODELS = 60


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({"random": 3, "random_until": "all"}, HIDDEN_MODELS // 10),
        ({}, HIDDEN_MODELS // 4),
        ({**PROFILES["thorough"].values, "profile": "thorough"}, 0),
    ],
    ids=["all orders", "orders until nothing is new", "thorough"],
)
def test_what_rows_hide_is_rare(options: Mapping[str, Any], most: int) -> None:
    """Of brittle tests that need state which nobody sees, those with state-setters on both sides can be missed, in
    files of 21 tests of which one to four set it: one in twenty; one in five where random orders end with the first
    pair, which shows nothing new as nobody sees the state; none where every test runs really alone."""
    chance, missed = Random(1), 0
    for _ in range(HIDDEN_MODELS):
        setters = chance.sample(range(20), chance.randint(1, 4))
        tests = {
            f"test_0.py::t{number:02}": (write("hidden"),) if number in setters else (look("a"),)
            for number in range(20)
        }
        names = list(tests)
        names.insert(chance.randint(0, 20), "test_0.py::brittle")
        steps = {**tests, "test_0.py::brittle": (fails_unless(hidden="1"),)}
        bench, _ = bench_for(Model({each: steps[each] for each in names}), **{"random": 3, **options})
        settle(bench)
        missed += not any(edge.test == "test_0.py::brittle" and edge.confirmed for edge in accusing(bench))
    assert missed <= most
