"""Where the time went, from hand-made executions and phases."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.analysis.timing import BETWEEN, CONTROL, OTHERS, Measured, timing
from leakcheck.records import Alone, Control, Execution, Met, Order, TestRun, Whole
from leakcheck.records.timing import CpuShares, PhaseTimes, Shared, SlowTest


def execution(
    tag: str, *tests: str, seconds: float = 1.0, cpu: float | None = 0.5, alone: bool = False
) -> Execution:
    runs = tuple(TestRun(test, "passed", seconds=seconds / len(tests)) for test in tests)
    order = Order(Alone() if alone else Whole(), tests)
    return Execution(tag, order, "finished", runs, seconds, cpu=cpu)


PLAIN = replace(
    execution("control00001", "a", "b", seconds=3.0, cpu=2.0), order=Order(Control(), ()), engine="control"
)
WHOLE = execution("e00001", "a", "b", seconds=2.0, cpu=1.5)
ONE, TWO = execution("e00002", "a", alone=True), execution("e00003", "b", seconds=4.0, alone=True)
PHASES = (
    PhaseTimes("collect", 2.0, 0.1, 1, 1.0),
    PhaseTimes("declared", 2.5, 0.2, executions=("e00001",)),
    PhaseTimes("isolated", 3.0, 0.3, 1, 0.5, turns=0.5, imports=0.25, executions=("e00002",)),
    PhaseTimes("isolated", 2.0, 0.1, executions=("e00003",)),
)
FOUND = Measured((WHOLE, ONE, TWO), (PLAIN,), PHASES, (1.0, 7.0), 10.0, 2)


def test_phases_of_one_name_are_one_row_and_the_rest_has_its_own() -> None:
    rows = {row.name: row for row in timing(FOUND).rows}
    assert list(rows) == [CONTROL, "collect", "declared", "isolated", BETWEEN]
    assert (rows[CONTROL].executions, rows[CONTROL].tests, rows[CONTROL].cpu) == (1, 2, 2.0)
    isolated = rows["isolated"]
    assert (isolated.executions, isolated.tests, isolated.seconds) == (2, 2, 5.0)
    assert isolated.cpu == 1.9
    assert isolated.waiting == 0.75
    assert (rows[BETWEEN].seconds, rows[BETWEEN].cpu) == (0.5, 0.3)


def test_the_cpu_of_all_processes_is_shared_out() -> None:
    found = timing(FOUND).cpu
    assert found == CpuShares(forked=2.5, fresh=2.0, nodes=1.5, own=1.0, rest=1.0)
    assert found.total == 8.0


def test_what_was_not_recorded_is_not_made_up() -> None:
    older = [replace(each, cpu=None) for each in (WHOLE, ONE, TWO)]
    found = timing(Measured(older, (), (), None, 10.0, 2))
    assert found.cpu is None
    assert [(row.name, row.executions, row.seconds, row.cpu, row.waiting) for row in found.rows] == [
        (OTHERS, 3, None, None, None)
    ]
    assert found.slow_executions[0].id == "e00003"


def test_who_runs_while_nothing_else_does_and_why() -> None:
    met = (
        Met("a", "file", "/p/x.db"),
        Met("b", "file", "/p/x.db"),
        Met("", "file", "/p/imports"),
        Met("a", "port", "8000"),
    )
    alone = replace(ONE, order=replace(ONE.order, exclusive=True), outside=met)
    found = timing(replace(FOUND, executions=(WHOLE, alone, TWO)))
    assert (found.exclusive, found.exclusive_seconds, found.turns, found.imports) == (1, 1.0, 0.5, 0.25)
    assert found.shared == (Shared("file", ("/p/x.db",), 2), Shared("port", ("8000",), 1))


def test_the_slowest_tests_count_all_their_runs() -> None:
    assert timing(FOUND).slow_tests == (SlowTest("b", 2, 5.0), SlowTest("a", 2, 2.0))
