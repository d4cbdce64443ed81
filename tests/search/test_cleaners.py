"""Who cleans up is asked about for one polluter and one victim of a cause, and never at the certificate's cost."""

from __future__ import annotations

import pytest

from leakcheck.records import Order
from leakcheck.search.cleaners import MOST, find_cleaners
from leakcheck.search.phases import settle
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, bench_for, clean, fails_if, look, write

POLLUTERS = {f"test_9.py::p{number}": (write("a", str(1 + number % 3)),) for number in range(6)}
CLEANERS = {f"test_5.py::c{number}": (look("a"), clean("a")) for number in range(MOST + 10)}
VICTIMS = {f"test_0.py::v{number}": (fails_if(a="1"),) for number in range(8)}
SUITE = Model({**VICTIMS, **POLLUTERS, **CLEANERS})


def cleaners(bench: AuditSession) -> set[str]:
    return {edge.polluters[0] for edge, _ in bench.edges() if edge.effect == "cleans"}


def asked(engine: ModelEngine) -> list[Order]:
    """Orders with something between a polluter and a victim."""
    triples = (order for order in engine.ran if len(order.tests) == 3 and order.kind == "confirm")
    return [each for each in triples if each.tests[0] in POLLUTERS and each.tests[2] in VICTIMS]


@pytest.fixture(scope="module")
def audited() -> tuple[AuditSession, ModelEngine]:
    bench, engine = bench_for(SUITE, random=1)
    settle(bench)
    return bench, engine


def test_one_polluter_and_one_victim_of_a_cause_are_enough(audited: tuple[AuditSession, ModelEngine]) -> None:
    bench, engine = audited
    assert len({(order.tests[0], order.tests[2]) for order in asked(engine)}) == 1
    assert len(asked(engine)) == len(cleaners(bench)) == MOST


def test_who_leaves_another_value_is_no_candidate(audited: tuple[AuditSession, ModelEngine]) -> None:
    bench, engine = audited
    assert cleaners(bench) <= CLEANERS.keys()
    assert not {order.tests[1] for order in asked(engine)} & POLLUTERS.keys()


def test_a_spent_budget_costs_cleaners_and_no_word() -> None:
    tests = {"t.py::p": (write("a"),), "t.py::v": (fails_if(a="1"),), "t.py::c": (look("a"), clean("a"))}
    bench, _ = bench_for(Model(tests))
    settle(bench)
    bench.executions = [each for each in bench.executions if each.order.tests != ("t.py::p", "t.py::c", "t.py::v")]
    assert not cleaners(bench)
    bench.deadline = 0.0
    find_cleaners(bench)
    bench.tell_left_out()
    assert not cleaners(bench)
    assert not bench.notes
    bench.deadline = float("inf")
    find_cleaners(bench)
    assert cleaners(bench) == {"t.py::c"}
