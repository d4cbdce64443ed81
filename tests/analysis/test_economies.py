"""What was made cheaper is told."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import execution, ran
from leakcheck.analysis.economies import economies_of
from leakcheck.records import WARM, Printed, Whole

RUNS = ran("a"), ran("b")


def test_orders_that_were_left_out() -> None:
    orders = [execution("declared", *RUNS), execution("reversed", *RUNS[::-1])]
    pair = [execution(Whole("random", 1), *RUNS), execution(Whole("random", 1, backwards=True), *RUNS[::-1])]
    (told,) = economies_of([*orders, *pair], random=3)
    assert told == (
        "The last random order and its reverse showed no outcome, leak or reader that was not known, "
        "and by Good and Turing's estimate another would show 0.0 new ones: "
        "2 further pairs of random orders were left out."
    )
    assert list(economies_of([*orders, *pair], random=1)) == []
    assert list(economies_of(orders, random=3)) == []


def test_orders_that_showed_something_new_were_left_out_for_another_reason() -> None:
    orders = [execution("declared", *RUNS), execution(Whole("random", 1), ran("a", "failed"), ran("b"))]
    assert list(economies_of(orders, random=3)) == []


def test_commands_that_a_fork_has_run() -> None:
    new = execution(Printed(("a.py::a",)), *RUNS)
    warm = replace(execution(Printed(("a.py::a",), warm=True), *RUNS), engine=WARM)
    assert list(economies_of([new])) == []
    (told,) = economies_of([new, warm, warm])
    assert told == (
        "3 printed commands were run: 1 in a new process, "
        "2 in forks of a process that had imported installed packages only."
    )
