"""The state diff of one test: what it leaves behind and what it reads, wherever that is known from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from leakcheck.analysis.profiles import is_alone
from leakcheck.records import Execution, Location, Suite, TestRun


def state_diff(test: str, executions: Sequence[Execution], suite: Suite) -> tuple[TestRun, ...]:
    """The run of `test` alone, with what it changed where no probe tracks; else its first run in any order.

    Reads of environment variables that no test changes are left out: libraries look up many that nobody sets.
    """
    own = [each for each in executions if any(run.test == test for run in each.runs)]
    chosen = next(filter(is_alone, own), own[0] if own else None)
    if chosen is None:
        return ()
    changed = set(_changed(executions))
    elsewhere = tuple(each for each in chosen.deep if suite.compares(each.location) and not each.internal)
    return tuple(
        replace(
            run,
            changes=(*run.changes, *elsewhere),
            reads=tuple(each for each in run.reads if each.kind != "environ" or _concerns(each, changed)),
        )
        for run in chosen.runs
        if run.test == test
    )


def _changed(executions: Iterable[Execution]) -> Iterable[Location]:
    return (
        change.location
        for execution in executions
        for run in execution.runs
        for change in (*run.changes, *run.finalised)
    )


def _concerns(read: Location, changed: Iterable[Location]) -> bool:
    return any(read.covers(location) for location in changed)
