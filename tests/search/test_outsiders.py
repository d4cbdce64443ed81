"""Who runs alone because of what lies outside the process."""

from __future__ import annotations

from leakcheck.records import Alone, Execution, Met, Order, Whole
from leakcheck.search.interference import alone_where_needed, outsiders

FILES = {"a.py::test_1": "a.py", "a.py::test_2": "a.py", "b.py::test_3": "b.py"}


def ran(*outside: tuple[str, str, str]) -> Execution:
    met = tuple(Met(*each) for each in outside)
    return Execution("e1", Order(Whole(), tuple(FILES)), "finished", (), outside=met)


def test_the_neighbours_of_a_writer_may_share_its_fixture() -> None:
    assert outsiders([ran(("a.py::test_1", "file", "/project/static"))], FILES) == {"a.py::test_1", "a.py::test_2"}


def test_nobody_is_concerned_by_what_nobody_touches() -> None:
    assert outsiders([ran()], FILES) == frozenset()
    assert outsiders([ran(("", "file", "/project/log"))], FILES) == frozenset()
    assert outsiders([ran(("b.py::test_3", "file", "/project/.hypothesis/examples"))], FILES) == frozenset()


def test_orders_with_an_outsider_run_while_nothing_else_does() -> None:
    orders = [Order(Alone(), (test,)) for test in FILES]
    asked = alone_where_needed(orders, {"b.py::test_3"}, everything=False)
    assert [order.exclusive for order in asked] == [False, False, True]
