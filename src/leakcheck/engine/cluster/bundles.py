"""Which executions go to a worker together: short ones of one file, so that their way does not take longer than
they do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leakcheck.engine.job import Job
from leakcheck.store.fold import EXECUTIONS
from leakcheck.wire import events

LARGEST = 8
SECONDS = 1.0
"""What a bundle may take, by what its tests took before."""
BESIDE = 0.03
"""Seconds that an execution takes beside its tests."""
_UNKNOWN = 0.2
"""Seconds that a test may take that nobody has seen yet."""


@dataclass
class Bundles:
    """`took` are the seconds of tests that were seen."""

    took: dict[str, float] = field(default_factory=dict)

    def learn(self, items: Iterable[events.Event]) -> None:
        """From what an execution has told."""
        for event in items:
            if isinstance(event, events.Finished):
                self.took[event.run.test] = event.run.seconds

    def made_of(self, jobs: Sequence[Job], to_come: int, slots: int) -> list[list[Job]]:
        """`jobs` in bundles, in their order. `to_come` are as many as will be asked behind them: at the end of a
        phase, bundles are small, so that no worker has much when the others have nothing."""
        most = max(1, min(LARGEST, math.ceil((len(jobs) + to_come) / (3 * max(1, slots)))))
        found: list[list[Job]] = []
        spent = 0.0
        for job in jobs:
            seconds = self.seconds(job)
            last = found[-1] if found else None
            if last is None or len(last) >= most or spent + seconds > SECONDS or not _together(last[-1], job):
                found.append([])
                spent = 0.0
            found[-1].append(job)
            spent += seconds
        return found

    def seconds(self, job: Job) -> float:
        """What it will take, roughly."""
        return BESIDE + sum(self.took.get(test, _UNKNOWN) for test in job.order.tests)


def _together(one: Job, other: Job) -> bool:
    return bool(one.order.collect) and one.order.collect == other.order.collect and one.mode == other.mode


def title(jobs: Sequence[Job]) -> str:
    """How the dashboard calls them. Dask takes what is before the first dash and number for the name of many."""
    first = jobs[0]
    what = first.order.kind if first.tag.startswith(EXECUTIONS[0]) else "plain pytest"
    where = ", ".join(first.order.collect[:2]) or "whole suite"
    return f"{what}: {where}" + (f" ({len(jobs)})" if len(jobs) > 1 else "")
