"""Every strategy keeps to its contract, and random orders do not depend on who else is there."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck import orders
from leakcheck.orders import OrderStrategy, View, discover, whole_orders
from leakcheck.orders.random import backward, shuffled
from leakcheck.records import Alone, Order, Pair, Suite, TestItem
from leakcheck.search import pairs


def item(name: str, file: str = "test_a.py", cls: str = "") -> TestItem:
    test = "::".join(part for part in (file, cls, name) if part)
    return TestItem(test, file, 1, (file.removesuffix(".py"), cls))


ITEMS = tuple(
    item(f"test_{number}", f"test_{number % 3}.py", "TestIt" if number % 2 else "") for number in range(18)
)


def view(*items: TestItem, without: tuple[str, ...] = (), random: int = 2, plugins: tuple[str, ...] = ()) -> View:
    suite = Suite("/project", (), items, plugins=plugins)
    return View(suite, frozenset(without), random, 1)


def modules() -> list[str]:
    return sorted(info.name for info in pkgutil.iter_modules(orders.__path__))


@pytest.mark.parametrize("name", modules())
def test_every_module_holds_a_strategy(name: str) -> None:
    strategy = importlib.import_module(f"leakcheck.orders.{name}").Strategy()
    assert strategy.name == name
    assert isinstance(strategy.rank, int)
    assert type(strategy) in {type(each) for each in discover()}


@pytest.mark.parametrize("strategy", discover(), ids=lambda each: each.name)
@pytest.mark.parametrize("many", [0, 1, 2, 18])
def test_proposals_are_orders_of_the_views_tests(strategy: OrderStrategy, many: int) -> None:
    items = ITEMS[:many]
    without = (items[0].id,) if many > 2 else ()
    shown = view(*items, without=without)
    orders = strategy.propose(shown)
    assert orders == strategy.propose(shown)
    for order in orders:
        assert set(order.tests) <= {each.id for each in items}
        assert len(set(order.tests)) == len(order.tests)
        assert order.kind in ("isolated", *_whole_kinds())
        if order.kind != "isolated":
            assert set(order.tests) == {each.id for each in items} - set(without)


def _whole_kinds() -> tuple[str, ...]:
    return ("declared", "reversed", "random", "worker")


def test_ranks_differ_and_names_too() -> None:
    found = discover()
    assert len({each.rank for each in found}) == len(found)
    names = [each.name for each in found]
    assert names[:2] == ["declared", "isolated"]
    assert {"reversed", "random"} <= set(names)
    assert len(set(names)) == len(names)


def test_isolated_runs_import_their_own_file_only() -> None:
    from leakcheck.orders.isolated import Strategy

    orders = Strategy().propose(view(*ITEMS))
    assert [(order.tests, order.collect) for order in orders] == [((each.id,), (each.file,)) for each in ITEMS]
    assert {order.question for order in orders} == {Alone(again=True)}
    only = Strategy().propose(replace(view(*ITEMS), only=frozenset({ITEMS[3].id})))
    assert [order.tests for order in only] == [(ITEMS[3].id,)]


def test_random_orders_come_with_their_reverse() -> None:
    orders = [order for order in whole_orders(view(*ITEMS)) if order.kind == "random"]
    assert [order.name for order in orders] == ["random 1", "random 1 reversed", "random 2", "random 2 reversed"]
    assert orders[1].tests == orders[0].tests[::-1]
    assert orders[2].tests not in (orders[0].tests, orders[1].tests)
    assert backward(orders[0]) == orders[1]


def test_randomly_is_left_to_shuffle() -> None:
    orders = [order for order in whole_orders(view(*ITEMS, plugins=("pytest-randomly",))) if order.kind == "random"]
    assert [(order.tests, order.seed) for order in orders] == [((), 1), ((), 2)]


@given(st.integers(0, 1000), st.sets(st.sampled_from([each.id for each in ITEMS])))
def test_deselecting_tests_does_not_reshuffle_the_rest(seed: int, gone: set[str]) -> None:
    whole = shuffled(view(*ITEMS), seed)
    assert sorted(whole) == sorted(each.id for each in ITEMS)
    assert shuffled(view(*ITEMS, without=tuple(gone)), seed) == tuple(test for test in whole if test not in gone)
    rest = tuple(each for each in ITEMS if each.id not in gone)
    assert shuffled(view(*rest), seed) == tuple(test for test in whole if test not in gone)
    assert shuffled(view(*reversed(ITEMS)), seed) == whole


@given(st.integers(0, 1000))
def test_files_and_classes_stay_together(seed: int) -> None:
    order = shuffled(view(*ITEMS), seed)
    files = [test.partition("::")[0] for test in order]
    groups = [test.rpartition("::")[0] for test in order]
    for names in (files, groups):
        changes = [name for index, name in enumerate(names) if index == 0 or names[index - 1] != name]
        assert len(changes) == len(set(names))


def test_names_that_no_encoding_takes() -> None:
    odd = item("test_\ud800")
    assert shuffled(view(odd, *ITEMS), 1)


def test_pairs_share_an_execution_where_readers_are_quiet() -> None:
    wanted = [
        (("p",), "a"),
        (("p",), "b"),
        (("p",), "loud 1"),
        (("p",), "loud 2"),
        (("q", "r"), "a"),
        (("p",), "a"),
    ]
    orders = pairs.propose(wanted, {"p", "q", "r", "loud 1", "loud 2"})
    assert [order.tests for order in orders] == [
        ("p", "a", "b", "loud 1"),
        ("p", "loud 2"),
        ("q", "r", "a"),
    ]
    assert {order.kind for order in orders} == {"pairs"}
    assert pairs.propose(wanted, (), limit=1) == [Order(Pair(), ("p", "a", "b", "loud 1", "loud 2"))]
