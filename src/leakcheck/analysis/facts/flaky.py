"""Tests whose outcome differed between two executions of the same order, as far as that order is the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from leakcheck.analysis.evidence import bad, good
from leakcheck.records import Execution


@dataclass(slots=True)
class Repeats:
    """Those of the executions added so far. `seen` has the first outcome (True: bad) of each test behind each
    sequence of tests, `flaky` who had another."""

    seen: dict[tuple[object, ...], bool] = field(default_factory=dict)
    flaky: set[str] = field(default_factory=set)

    def add(self, execution: Execution) -> None:
        order = execution.order
        before = hash((order.collect, order.restore))  # equal predecessors, equal numbers
        for run in execution.runs:
            if good(run.outcome) or bad(run.outcome):
                is_bad = bad(run.outcome)
                if self.seen.setdefault((before, run.test), is_bad) is not is_bad:
                    self.flaky.add(run.test)
            before = hash((before, run.test))


def flaky_tests(executions: Iterable[Execution]) -> frozenset[str]:
    """All of them at once."""
    repeats = Repeats()
    for execution in executions:
        repeats.add(execution)
    return frozenset(repeats.flaky)
