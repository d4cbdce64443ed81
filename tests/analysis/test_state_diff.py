"""One run for each test: what it leaves behind and reads itself."""

from __future__ import annotations

from dataclasses import replace

from analysis import made
from leakcheck.analysis.state_diff import state_diff, state_diffs
from leakcheck.records import Execution, Order, OrderKind, TestRun

A, B, C = map(made.name, "abc")


def execution(kind: OrderKind, *runs: TestRun) -> Execution:
    return Execution("e1", Order(made.ASKED[kind], tuple(run.test for run in runs)), "finished", runs)


def test_a_run_alone_is_preferred_and_the_first_is_next() -> None:
    alone, whole = TestRun(A, "passed", seconds=1), TestRun(A, "failed")
    other = TestRun(B, "passed")
    executions = [execution("declared", whole, other), execution("isolated", alone)]
    assert state_diffs(executions, made.suite(B, A, C)) == (other, alone)
    assert state_diff(A, executions, made.suite(B, A, C)) == (alone,)
    assert state_diff(C, executions, made.suite(B, A, C)) == ()


def test_of_several_runs_alone_the_first_counts() -> None:
    first = TestRun(A, "passed", seconds=1)
    again = replace(first, seconds=2)
    assert state_diffs([execution("isolated", first), execution("isolated", again)], made.suite(A)) == (first,)
