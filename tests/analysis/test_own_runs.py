"""One run for each test: what it does itself."""

from __future__ import annotations

from dataclasses import replace

from analysis import made
from leakcheck.analysis.profiles import own_runs
from leakcheck.records import Execution, Order, TestRun

A, B, C = map(made.name, "abc")


def execution(kind: str, *runs: TestRun) -> Execution:
    return Execution("e1", Order("o", kind, tuple(run.test for run in runs)), "finished", runs)  # type: ignore[arg-type]


def test_a_run_alone_is_preferred_and_the_first_is_next() -> None:
    alone, whole = TestRun(A, "passed", seconds=1), TestRun(A, "failed")
    other = TestRun(B, "passed")
    found = own_runs((B, A, C), [execution("declared", whole, other), execution("isolated", alone)])
    assert found == (other, alone)


def test_of_several_runs_alone_the_first_counts() -> None:
    first = TestRun(A, "passed", seconds=1)
    assert own_runs((A,), [execution("isolated", first), execution("isolated", replace(first, seconds=2))]) == (
        first,
    )
