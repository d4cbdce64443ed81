"""Each worker gets what pytest-xdist would give it: its own schedulers decide on the same workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xdist.scheduler import LoadFileScheduling, LoadScheduling, LoadScopeScheduling, WorkStealingScheduling

from leakcheck.orders import View, forms, whole_orders
from leakcheck.orders.xdist import PLANS, Strategy
from leakcheck.orders.xdist.workers import Worker, distributed
from leakcheck.records import Suite, TestItem

THEIRS: dict[str, Callable[..., Any]] = {
    "load": LoadScheduling,
    "loadscope": LoadScopeScheduling,
    "loadfile": LoadFileScheduling,
    "worksteal": WorkStealingScheduling,
}


@dataclass(eq=False)
class Node:
    """What a scheduler of pytest-xdist sees of one of our workers."""

    worker: Worker
    tests: Sequence[str]
    stolen: list[tuple[Node, list[int]]]
    gateway: Any = field(default_factory=lambda: SimpleNamespace(id="gw"))

    @property
    def shutting_down(self) -> bool:
        return self.worker.down

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.worker.send([self.tests[index] for index in indices])

    def send_steal(self, indices: Sequence[int]) -> None:
        given = self.worker.give_back([self.tests[index] for index in indices])
        self.stolen.append((self, [self.tests.index(test) for test in given]))

    def shutdown(self) -> None:
        self.worker.shutdown()


class Theirs:
    """One of their schedulers, in our place."""

    def __init__(self, tests: Sequence[str], workers: Sequence[Worker], make: Callable[..., Any]) -> None:
        config = SimpleNamespace(
            getoption=lambda name: None,
            getvalue=lambda name: ["popen"] * len(workers),
            option=SimpleNamespace(loadscopereorder=True),
        )
        self._tests = tests
        self._stolen: list[tuple[Node, list[int]]] = []
        self._nodes = [Node(worker, tests, self._stolen) for worker in workers]
        self._scheduler = make(config)

    def start(self) -> None:
        for node in self._nodes:
            self._scheduler.add_node(node)
        for node in self._nodes:
            self._scheduler.add_node_collection(node, list(self._tests))
        self._scheduler.schedule()
        self._answer()

    def complete(self, worker: Worker, test: str, seconds: float) -> None:
        worker.pending.remove(test)
        self._scheduler.mark_test_complete(self._nodes[worker.number], self._tests.index(test), seconds)
        self._answer()

    def _answer(self) -> None:
        while self._stolen:
            node, indices = self._stolen.pop(0)
            self._scheduler.remove_pending_tests_from_node(node, indices)


def names(files: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """Files with classes of so many tests; the first of each file holds functions."""
    return tuple(
        f"tests/test_{file}.py::{f'TestC{group}::' if group else ''}test_{number}"
        for file, groups in enumerate(files)
        for group, many in enumerate(groups)
        for number in range(many)
    )


SUITES = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=3), min_size=1, max_size=6).map(names)


@pytest.mark.parametrize("distribution", list(PLANS))
@given(tests=SUITES, workers=st.integers(1, 5), seeds=st.lists(st.integers(1, 300), min_size=1, max_size=40))
def test_workers_get_what_theirs_would_give(
    distribution: str, tests: tuple[str, ...], workers: int, seeds: list[int]
) -> None:
    # No two sums are the same, so that it is never chance who is first.
    seconds = {test: seeds[place % len(seeds)] / 500 + 2.0**-30 * 3**place for place, test in enumerate(tests[:20])}
    seconds |= {test: 0.05 + place / 977 for place, test in enumerate(tests[20:])}
    ours, took = distributed(tests, seconds, workers, PLANS[distribution])
    theirs, _ = distributed(
        tests, seconds, workers, lambda all_tests, crew: Theirs(all_tests, crew, THEIRS[distribution])
    )
    assert [each.ran for each in ours] == [each.ran for each in theirs]
    assert sorted(test for each in ours for test in each.ran) == sorted(tests)
    assert took <= sum(seconds.values()) + 1e-6


def view(*asked: str, tests: tuple[str, ...] = names([[4, 4], [4]]), without: tuple[str, ...] = ()) -> View:
    suite = Suite("/project", (), tuple(TestItem(test, test.partition("::")[0]) for test in tests))
    return View(suite, frozenset(without), 1, 1, None, asked, dict.fromkeys(tests, 0.01))


def test_each_worker_is_an_order_and_none_is_run_that_nobody_asked_for() -> None:
    assert Strategy().propose(view()) == []
    orders = Strategy().propose(view("xdist:2", "xdist:3:loadfile"))
    assert [order.name for order in orders] == [
        "xdist:2:load gw0",
        "xdist:2:load gw1",
        "xdist:3:loadfile gw0",
        "xdist:3:loadfile gw1",
    ]
    assert all(order.kind == "worker" for order in orders)
    assert {order.tests for order in orders[2:]} == {names([[4, 4]]), tuple(names([[0], [4]]))}
    assert [order for order in whole_orders(view("xdist:2")) if order.kind == "worker"] == orders[:2]


def test_who_ends_a_process_is_left_out() -> None:
    shown = view("xdist:2", without=names([[1]]))
    assert set(names([[1]])) & {test for order in Strategy().propose(shown) for test in order.tests} == set()


@pytest.mark.parametrize("asked", ["xdist:1", "xdist:16:worksteal", "xdist:4:loadscope"])
def test_how_they_are_asked_for(asked: str) -> None:
    assert forms(asked)[0]


@pytest.mark.parametrize(
    "asked", ["xdist", "xdist:", "xdist:0", "xdist:4:each", "xdist:auto", "ydist:4", " xdist:4", ""]
)
def test_what_is_no_order_is_none(asked: str) -> None:
    is_known, known = forms(asked)
    assert not is_known
    assert known == ["xdist:N, or xdist:N:DIST with DIST one of load, loadscope, loadfile, worksteal"]
