"""What two executions of the very same order tell, and what is no evidence of chance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import PLACE, alone, execution, name, quiet, ran, suite
from leakcheck.analysis import Knowledge
from leakcheck.analysis.facts.same_order import not_settled, same_orders
from leakcheck.analysis.graph.verdicts import verdicts_of
from leakcheck.records import DeepLook, DeepPutBack, Execution, Pinpoint, Printed, PutBack, Question, TestVerdict

P, V, W = ran("p"), ran("v"), ran("w")
FAILS = ran("v", "failed")
TEST = name("v")
SUITE = suite("p", "v", "w")


def verdict(*executions: Execution) -> TestVerdict:
    (found,) = verdicts_of([TEST], Knowledge.of(executions, SUITE), ())
    return found


def both(**order: object) -> tuple[Execution, Execution]:
    """The same order, passing and failing."""
    return execution("confirm", P, V, **order), execution("confirm", P, FAILS, **{"repeat": 1, **order})


def test_what_differs_with_nothing_else_running_is_flaky() -> None:
    one, other = map(quiet, both())
    found = verdict(one, other, replace(one, id="e9"))
    assert found.verdict == "flaky"
    assert found.seen == (
        "passed in 2, failed in 1 of 3 executions behind the same 1 test, with nothing else running"
    )
    assert [each.id for each in same_orders((one, other)).flaky()[TEST].executions] == [one.id, other.id]


def test_what_differed_beside_others_is_not_known_to_be_flaky() -> None:
    found = verdict(*both())
    assert found.verdict == "unknown"
    assert found.seen == (
        "passed in 1, failed in 1 of 2 executions behind the same 1 test; not tried again with nothing else running"
    )
    one, other = both()
    assert not_settled(same_orders((one, quiet(other))).wavering()[TEST]).endswith(
        "only 1 of them with nothing else running"
    )


@pytest.mark.parametrize(
    "question", [PutBack((PLACE,)), DeepLook(), DeepPutBack((PLACE,)), Pinpoint((PLACE,))], ids=str
)
def test_an_execution_that_meddles_is_no_evidence(question: Question) -> None:
    one, other = map(quiet, both())
    assert not same_orders((one, replace(other, order=replace(other.order, question=question)))).wavering()


@pytest.mark.parametrize(
    "other",
    [
        execution("confirm", W, FAILS, exclusive=True),
        execution("confirm", FAILS, P, exclusive=True),
        execution("confirm", P, FAILS, exclusive=True, collect=("test_a.py",)),
        execution(Printed(()), P, FAILS, exclusive=True),
        quiet(alone(FAILS)),
    ],
    ids=["other test", "other place", "other imports", "plain pytest", "alone"],
)
def test_executions_of_different_orders_are_never_called_the_same(other: Execution) -> None:
    known = (execution("confirm", P, V, exclusive=True), other)
    assert not same_orders(known).flaky()
    assert not same_orders(known).wavering()
    assert verdict(*known).verdict != "flaky"


def test_equal_beginnings_of_longer_orders_are_the_same_order_for_their_tests() -> None:
    declared = execution("declared", P, V, W, exclusive=True)
    assert set(same_orders((declared, execution("reversed", P, FAILS, exclusive=True))).flaky()) == {TEST}


def test_a_run_that_never_came_to_the_test_is_no_outcome() -> None:
    assert not same_orders(
        (execution("declared", P, ran("v", "not run")), execution("declared", P, FAILS, repeat=1))
    ).wavering()


def test_failing_again_behind_a_run_alone_is_settled_by_an_order_that_holds_the_test_twice() -> None:
    """Alone, all fixtures are torn down and set up again, those of the session too: pytest never does that."""
    again = alone(replace(V, again="error"))
    assert verdict(again).verdict == "unknown"
    assert verdict(again, execution("confirm", V, V)).verdict == "stable"
    assert verdict(again, execution(DeepLook(), V, V)).verdict == "unknown"


def test_in_an_unfinished_audit_a_test_that_failed_all_round_is_failing() -> None:
    declared, isolated = execution("declared", FAILS), alone(FAILS)
    known = [
        verdicts_of([TEST], Knowledge.of(seen, SUITE), (), whole=False)[0].verdict
        for seen in ((declared, isolated), (declared,), (isolated,), (execution("reversed", FAILS), isolated))
    ]
    assert known == ["failing", "unknown", "unknown", "unknown"], "what is declared before it may be what it needs"
