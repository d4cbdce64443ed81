"""Which tests an execution shows alone, or as good as alone: behind others of a row that had left nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from leakcheck.records import Change, Execution, Outcome, Row, TestRun
from leakcheck.records.topics import Topic


@dataclass(frozen=True, slots=True)
class Solo:
    """One test alone, in its process or (`in_row`) as good as that. `runs` are empty where it never began; `deep`
    is what it changed where no probe tracks, `modules` are those that were loaded."""

    test: str
    runs: tuple[TestRun, ...]
    deep: tuple[Change, ...] = ()
    modules: tuple[str, ...] = ()
    in_row: bool = False

    @property
    def outcome(self) -> Outcome:
        """The last one of the test, "not run" if there is none."""
        return next((run.outcome for run in reversed(self.runs) if run.test == self.test), "not run")


def solos(execution: Execution) -> Iterator[Solo]:
    """The tests of an isolated run: one, or the first of a row and those behind it that left nothing, too."""
    order = execution.order
    if order.kind != "isolated" or not order.tests:
        return
    if not isinstance(order.question, Row):
        if len(order.tests) == 1:
            yield Solo(order.tests[0], execution.runs, execution.deep, execution.modules)
        return
    deep = {run.test: tuple(each for each in execution.deep if each.cause == run.test) for run in execution.runs}
    first = order.tests[0]
    yield Solo(first, execution.runs[:1], deep.get(first, ()), execution.modules)
    for run in quiet_behind(execution):
        yield Solo(run.test, (run,), deep[run.test], execution.modules, in_row=True)


def quiet_behind(execution: Execution) -> tuple[TestRun, ...]:
    """The runs of a row behind its first: without the last, if it was no longer as good as alone."""
    ended = execution.tells(Topic.LEFT) or execution.status != "finished"
    return execution.runs[1:-1] if ended else execution.runs[1:]


def alone_first(executions: Iterable[Execution]) -> list[Solo]:
    """All of them, those that were as good as alone behind those that were alone."""
    return sorted((each for execution in executions for each in solos(execution)), key=attrgetter("in_row"))
