"""What it takes to prove: how often, and in which processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.options import PROFILES, ProfileName
from leakcheck.records import Behind, Execution, Note, Order, Printed
from leakcheck.records.questions import puts_back
from leakcheck.records.topics import Topic
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, ModelEngine, bench_for, fails_if, look, opened, write

CAUSES = {
    **{f"test_{number}.py::p{number}": (write(f"a{number}"),) for number in range(5)},
    **{f"test_{number}.py::v{number}": (fails_if(**{f"a{number}": "1"}),) for number in range(5)},
    **{f"test_9.py::o{number}": (look("o"),) for number in range(10)},
}


def printed(orders: Sequence[Order]) -> list[Printed]:
    return [order.question for order in orders if isinstance(order.question, Printed)]


def test_the_first_printed_command_runs_in_a_new_process_and_forks_stand_in_for_the_others() -> None:
    bench, engine = bench_for(Model(CAUSES))
    settle(bench)
    assert [each.warm for each in printed(engine.ran)] == [False, True, True, True, True]
    assert sum(edge.confirmed for edge in accusing(bench)) == 5


def test_two_printed_commands_do_not_pay_for_a_process_to_fork() -> None:
    two = {test: steps for test, steps in CAUSES.items() if test[-1] in "01"}
    bench, engine = bench_for(Model(two))
    settle(bench)
    assert [each.warm for each in printed(engine.ran)] == [False, False]


def test_where_nothing_forks_nothing_stands_in() -> None:
    engine = ModelEngine(Model(CAUSES), fork=False)
    settle(opened(engine))
    assert not any(each.warm for each in printed(engine.ran))


def test_a_new_process_has_the_last_word() -> None:
    """What was imported for all hides one dependence."""
    tests = {**CAUSES, "test_3.py::v3": (fails_if(a3="1", mood="0"),)}
    engine = ModelEngine(Model(tests), warm={"mood": "imported"})
    bench = opened(engine)
    settle(bench)
    (edge,) = [each for each in accusing(bench) if each.test == "test_3.py::v3"]
    assert edge.confirmed
    mine = [order for order in engine.ran if order.tests == edge.witness and isinstance(order.question, Printed)]
    assert [each.warm for each in printed(mine)] == [True, False]
    evidence = bench.evidence()
    assert evidence.verdict(Witness(edge.polluters, edge.test)) is True
    assert Witness(edge.polluters, edge.test) not in evidence.warm
    assert not any(evidence.is_contradicted(each) for each in evidence.outcomes)


@pytest.mark.parametrize(("profile", "most"), [("standard", 2), ("thorough", 1)])
def test_orders_that_have_shown_it_already_are_evidence(profile: ProfileName, most: int) -> None:
    """What nobody needs to be sure is not executed: several orders have shown each test both ways."""
    values = {**PROFILES[profile].values, "profile": profile, "random_until": "all"}
    bench, engine = bench_for(Model(CAUSES), **values)
    settle(bench)
    edges = accusing(bench)
    assert [edge.confirmed for edge in edges] == [True] * 5
    behind = [order for order in engine.ran if isinstance(order.question, Behind)]
    assert all(sum(order.tests == edge.witness for order in behind) <= most for edge in edges)


class NothingGoesBack(ModelEngine):
    """No location can be put back."""

    def _execution(self, tag: str, order: Order, tests: Sequence[str]) -> Execution:
        made = super()._execution(tag, order, tests)
        if not puts_back(order.question):
            return made
        return replace(made, notes=(Note(Topic.NOT_RESTORED, "nothing of what was asked for"),))


def test_what_cannot_be_put_back_is_found_out_once() -> None:
    tests = {"test_0.py::p": (write("a"),), **{f"test_1.py::v{each}": (fails_if(a="1"),) for each in range(30)}}
    engine = NothingGoesBack(Model(tests))
    bench = opened(engine)
    settle(bench)
    assert sum(bool(puts_back(order.question)) for order in engine.ran) == 1
    assert [edge.confirmed for edge in accusing(bench)] == [True] * 30
