"""Ids that chance has made are others in each process: tests are known by their place then."""

from __future__ import annotations

from leakcheck.audit.fixing.renaming import renaming
from leakcheck.records import Execution, Order, Suite, TestItem, TestRun, Whole

A, B, NEW = "tests/test_a.py::test_a", "tests/test_a.py::test_b[7f3a]", "tests/test_a.py::test_b[91bc]"


def suite(*tests: str) -> Suite:
    return Suite("/project", (), tuple(TestItem(test, "tests/test_a.py", 1) for test in tests))


def test_the_same_tests_keep_their_names_in_any_sequence() -> None:
    found = renaming(suite(A, B), suite(B, A))
    assert found is not None
    assert not found.now


def test_an_order_goes_there_by_other_names_and_comes_back_by_its_own() -> None:
    found = renaming(suite(A, B), suite(A, NEW))
    assert found is not None
    order = Order(Whole("declared"), (A, B))
    there = found.there(order)
    assert there.tests == (A, NEW)
    done = Execution("e1", there, "finished", (TestRun(A, "passed"), TestRun(NEW, "failed")))
    back = found.back(done, order)
    assert (back.order, [run.test for run in back.runs]) == (order, [A, B])


def test_other_tests_are_others() -> None:
    assert renaming(suite(A, B), suite(A)) is None
    assert renaming(suite(A, B), suite(NEW, A)) is None
