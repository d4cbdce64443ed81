"""The state diff of tests: what each leaves behind and what it reads, wherever that is known from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from leakcheck.analysis.facts.alone import alone_first
from leakcheck.analysis.facts.places import Places
from leakcheck.records import Change, Execution, Location, Suite, TestRun


def state_diff(test: str, executions: Sequence[Execution], suite: Suite) -> tuple[TestRun, ...]:
    """The one of `state_diffs` that is about `test`; none if it never ran."""
    return tuple(run for run in state_diffs(executions, suite) if run.test == test)


def state_diffs(executions: Sequence[Execution], suite: Suite) -> tuple[TestRun, ...]:
    """Each test's run alone, with what it changed where no probe tracks; else its first run in any order.

    Of a kind that is often read, as environment variables are, only reads of what some test changes are told.
    """
    changed = Places.of(each for each in _changed(executions) if suite.kind(each).about.often_read)
    found: dict[str, TestRun] = {}
    for alone in alone_first(executions):
        for run in alone.runs:
            found.setdefault(run.test, _told(run, alone.deep, changed, suite))
    for execution in executions:
        for run in execution.runs:
            if run.test not in found:
                found[run.test] = _told(run, (), changed, suite)
    return tuple(found[test] for test in suite.ids if test in found)


def _told(run: TestRun, deep: Iterable[Change], changed: Places, suite: Suite) -> TestRun:
    elsewhere = tuple(each for each in deep if suite.compares(each.location) and not each.internal)
    reads = tuple(each for each in run.reads if not suite.kind(each).about.often_read or changed.concern(each))
    return replace(run, changes=(*run.changes, *elsewhere), reads=reads)


def _changed(executions: Iterable[Execution]) -> Iterable[Location]:
    return (
        change.location
        for execution in executions
        for run in execution.runs
        for change in (*run.changes, *run.finalised)
    )
