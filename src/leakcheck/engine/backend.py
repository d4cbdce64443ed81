"""What runs executions: the seam between the scheduler, which knows orders, turns and limits of time, and forks,
new processes, or what else may come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from leakcheck.engine.job import Job

PATIENCE = 5.0
"""Seconds that a backend has to end by itself what it has opened."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do.

    `collects`: it can tell what the suite consists of. `forks`: executions begin in copies of a process that has
    imported. `own_files`: what one changes in files no
    other meets, so that nobody has to wait for it. `lanes`: how many it runs at a time, None for as many as asked.
    """

    forks: bool = False
    collects: bool = True
    own_files: bool = False
    lanes: int | None = None


class Backend(Protocol):
    """Runs jobs that are submitted, and says what becomes of them by setting `status`, or `lost` where nobody can
    tell any more. A sign of life is its to see, and what is to be killed its to kill.

    `name` is how the stored audit calls an execution of it; `suite` is the segment in which it collects.
    """

    name: str
    can: Capabilities
    suite: str

    @property
    def alive(self) -> bool:
        """Whether it takes jobs: once it does not, the next backend gets them."""
        return True

    @property
    def collecting(self) -> bool:
        """Whether the collection of the whole suite goes on."""
        ...

    @property
    def importing(self) -> bool:
        """Whether it executes code of the project beside what the jobs do."""
        return self.collecting

    @property
    def silent(self) -> bool:
        """Whether it has to be asked: nothing wakes who listens when something happens."""
        return False

    def lost_databases(self) -> tuple[str, ...]:
        """Files of databases that what is to be forked has open, and that are gone by now."""
        return ()

    def open(self) -> None:
        """Begin to collect the whole suite, without waiting for it; nothing if that was done."""
        ...

    def takes(self, job: Job) -> bool:
        """Whether `job` is its to run."""
        ...

    def accepts(self) -> bool:
        """Whether anything may be begun now, here or elsewhere."""
        return True

    def ready_for(self, job: Job, lanes: int) -> bool:
        """Whether `job` can be begun at once, one of `lanes`; what it needs is prepared otherwise."""
        return True

    def submit(self, job: Job) -> None:
        """Begin `job`. Its segment has its first line."""
        ...

    def listen(self, seconds: float) -> None:
        """Wait until something has happened, at most so long, and settle what has become of the jobs."""
        ...

    def look(self, job: Job, now: float) -> None:
        """See whether `job` shows a sign of life, and whether it touches files."""
        ...

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        """End what it prepares if that takes longer than `limit` seconds; what is imported while files are touched
        is not to be used."""

    def cancel(self, job: Job, *, harder: bool = False) -> None:
        """End `job` before its end; `harder` once more, when nobody has told that it ended. Nothing if it is
        finished: a signal may have come before that was noted."""
        ...

    def finish(self, job: Job) -> None:
        """`job` is over or lost: nothing of it stays."""
        ...

    def foresee(self, waiting: Collection[Job]) -> None:
        """Only these are still to come: what none of them needs may go."""

    def close(self, patience: float = PATIENCE, hurry: Sequence[int] = ()) -> None:
        """End everything, at once if there comes something into `hurry`. It may be opened again."""
        ...
