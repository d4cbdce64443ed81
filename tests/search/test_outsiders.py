"""Who runs alone because of what lies outside the process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leakcheck.records import Alone, Control, Execution, Met, Order, TestItem, Whole
from leakcheck.search.interference import UNKNOWN, alone_where_needed, outside_notes, outsiders

ONE, TWO, THREE, FOUR = "a.py::test_1", "a.py::test_2", "b.py::test_3", "b.py::test_4"
TESTS = (
    TestItem(ONE, "a.py", shared=("folder",)),
    TestItem(TWO, "a.py"),
    TestItem(THREE, "b.py", shared=("folder", "engine")),
    TestItem(FOUR, "b.py"),
)
FIXED = "tests take fixed ports, so they run while nothing else does: "
FILE, PORT, SERVER = ("file", "/project/static"), ("port", "127.0.0.1:8000"), ("server", "127.0.0.1:5432")


def ran(*outside: Met) -> Execution:
    return Execution("e1", Order(Whole(), tuple(item.id for item in TESTS)), "finished", (), outside=outside)


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (Met(TWO, *FILE), {TWO}),
        (Met(TWO, *PORT), {TWO}),
        (Met(ONE, *FILE, "folder"), {ONE, THREE}),
        (Met(FOUR, *FILE, "folder"), {ONE, THREE}),
        (Met(THREE, *PORT, "engine"), {THREE}),
        (Met(FOUR, *FILE, "asked for while it ran"), {THREE, FOUR}),
        (Met(ONE, *FILE, UNKNOWN), {ONE, TWO}),
        (Met(FOUR, *SERVER), {THREE, FOUR}),
        (Met("", *FILE), set()),
        (Met(TWO, "driver", "psycopg2"), set()),
        (Met(THREE, "file", "/project/.hypothesis/examples"), set()),
    ],
)
def test_who_touches_it_and_who_shares_the_fixture_that_does(met: Met, expected: set[str]) -> None:
    assert outsiders([ran(met)], TESTS) == expected


HIGH = Met(TWO, "port", "127.0.0.1:40000")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (HIGH._replace(name="127.0.0.1:40001"), set()),
        (HIGH, {TWO}),
        (HIGH._replace(test=FOUR), {TWO, FOUR}),
    ],
)
def test_a_port_that_is_free_is_another_one_each_time(second: Met, expected: set[str]) -> None:
    executions = [ran(HIGH), replace(ran(second), id="e2")]
    assert outsiders(executions, TESTS) == expected
    plain = replace(ran(second), id="control", order=Order(Control(), ()))
    assert outsiders([ran(HIGH), plain], TESTS) == ({TWO} if second.name == HIGH.name else set())


def test_who_asks_for_a_fixture_by_its_name_shows_when_it_runs_alone() -> None:
    alone = replace(ran(Met(FOUR, *FILE, "folder")), order=Order(Alone(), (FOUR,)))
    assert outsiders([alone], TESTS) == {ONE, THREE, FOUR}


def test_who_touched_it_without_the_recorder_may_have_had_a_fixture_torn_down() -> None:
    plain = replace(ran(Met(TWO, *FILE)), order=Order(Control(), ()))
    assert outsiders([plain], TESTS) == frozenset()


def test_nobody_is_concerned_by_what_nobody_touches() -> None:
    assert outsiders([ran()], TESTS) == frozenset()


def test_orders_with_an_outsider_run_while_nothing_else_does() -> None:
    orders = [Order(Alone(), (item.id,)) for item in TESTS]
    asked = alone_where_needed(orders, {THREE}, everything=False)
    assert [order.exclusive for order in asked] == [False, False, True, False]


def test_a_port_that_only_one_execution_took_is_not_called_fixed() -> None:
    """The test had asked for a free one: the next execution has another."""
    first = ran(Met(ONE, "port", "127.0.0.1:40001"), Met(TWO, "port", "127.0.0.1:45000"), Met(THREE, *PORT))
    second = ran(Met(ONE, "port", "127.0.0.1:40002"), Met(TWO, "port", "127.0.0.1:45000"))
    assert [text for _, text in outside_notes([first], "/project")] == [f"{FIXED}127.0.0.1:8000"]
    told = [text for _, text in outside_notes([first, second], "/project")]
    assert told == [f"{FIXED}127.0.0.1:45000, 127.0.0.1:8000"]
