"""A fix that does not hold what it promises is not called proven."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import PLACE, alone, change, name, ran, suite
from leakcheck.fixes.causes import Cause
from leakcheck.fixes.judging import Before, faults, is_shown
from leakcheck.records import Alone, Behind, Change, Edge, Execution, Leak, Order, Outcome, TestRun, Whole

LEAK = Leak("L1", PLACE, "broken", (name("writes"),), (name("hurt"),), (), (), "red", "blue")
EDGE = Edge((name("writes"),), name("hurt"), "breaks", "L1", (name("writes"), name("hurt")), True, True, "")
CAUSE = Cause((LEAK,), (EDGE,), (name("hurt"),))
SUITE = suite("writes", "hurt", "other")
BEFORE = Before(
    {"reversed": {name("writes"): "passed", name("hurt"): "failed", name("other"): "failed"}},
    {name("writes"): frozenset({"passed"}), name("hurt"): frozenset({"passed", "failed"})},
    {name("hurt"): "passed"},
)


def whole(*runs: TestRun, way: str = "reversed", status: str = "finished") -> Execution:
    order = Order(Whole(way), tuple(run.test for run in runs))  # type: ignore[arg-type]
    return Execution("e1", order, status, runs)  # type: ignore[arg-type]


def behind(outcome: Outcome, *changes: Change) -> Execution:
    order = Order(Behind(), (name("writes"), name("hurt")))
    return Execution("e2", order, "finished", (ran("writes", "passed", (), *changes), ran("hurt", outcome)))


def wrong(*executions: Execution) -> list[str]:
    return faults(CAUSE, CAUSE.frees, BEFORE, executions, SUITE)


def test_nothing_is_wrong_where_all_pass() -> None:
    assert wrong(whole(ran("writes"), ran("hurt"), ran("other")), behind("passed")) == []


def test_who_has_failed_in_this_order_may_do_so() -> None:
    assert wrong(whole(ran("writes"), ran("hurt"), ran("other", "failed"))) == []


def test_who_has_passed_in_this_order_must_not_fail() -> None:
    assert wrong(whole(ran("writes", "failed"), ran("hurt"))) == [
        f"{name('writes')} failed in the reversed order, and did not before"
    ]


def test_a_flaky_test_may_do_what_it_ever_did() -> None:
    shaky = replace(BEFORE, flaky=frozenset({name("hurt")}), orders={"reversed": {name("hurt"): "passed"}})
    runs = [whole(ran("hurt", outcome)) for outcome in ("failed", "passed", "error")]
    assert faults(replace(CAUSE, frees=()), (), shaky, runs, SUITE) == [
        f"{name('hurt')} has an error in the reversed order, and did not before"
    ]


def test_a_new_order_is_compared_with_all_that_was_seen() -> None:
    assert wrong(whole(ran("writes", "skipped"), way="declared")) == [
        f"{name('writes')} skipped in the declared order, and did not before"
    ]


def test_who_is_freed_passes_in_every_order() -> None:
    assert wrong(whole(ran("hurt", "failed"))) == [
        f"{name('hurt')} is to be freed, and failed in the reversed order"
    ]


def test_every_witness_behaves_as_alone() -> None:
    assert wrong(behind("failed")) == [f"{name('hurt')} failed behind {name('writes')}"]
    assert wrong(behind("skipped")) == [f"{name('hurt')} skipped behind {name('writes')}"]


def test_a_second_run_is_as_the_first() -> None:
    assert wrong(alone(ran("hurt", again="failed"))) == [f"{name('hurt')} failed when it runs a second time"]


def test_what_leaks_is_recorded_no_more() -> None:
    assert wrong(behind("passed", change())) == [f"{name('writes')} still leaves it changed"]


def test_what_another_fix_is_about_may_still_leak_there() -> None:
    other = Cause((LEAK,), (EDGE,), (), frozenset({name("writes")}))
    assert faults(other, (), BEFORE, [behind("passed", change())], SUITE) == []


def test_an_execution_has_to_come_to_its_end() -> None:
    assert wrong(whole(ran("writes"), status="crashed")) == [
        "the execution of reversed did not come to its end (crashed)"
    ]


def test_without_the_fix_the_witness_fails() -> None:
    assert is_shown(CAUSE, behind("failed"))
    assert not is_shown(CAUSE, behind("passed"))


def test_without_the_fix_what_hurts_nobody_is_left() -> None:
    quiet = Cause((LEAK,))
    left = Execution("e3", Order(Alone(), (name("writes"),)), "finished", (ran("writes", "passed", (), change()),))
    assert is_shown(quiet, left)
    assert not is_shown(quiet, alone(ran("writes")))
