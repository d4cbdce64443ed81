"""How executions end: what they changed is put back, and their last line is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from leakcheck.engine.job import Job
from leakcheck.engine.leases import Leases
from leakcheck.errors import CannotRecord
from leakcheck.own_folders import Own
from leakcheck.records import Execution
from leakcheck.store import LOST, AuditFolder, fold_execution, touched_by
from leakcheck.wire import events
from leakcheck.workspace.scratch import clear


@dataclass(frozen=True)
class Closing:
    """`jobs` are the executions under way, which may have changed the same: what has been changed is put back when
    there is none. In `scratch` lie their temporary folders, which go when they end; None if they are kept."""

    folder: AuditFolder
    leases: Leases
    jobs: Mapping[str, Job]
    clock: Callable[[], float] = time.monotonic
    scratch: Own | None = None

    def close(self, job: Job, items: tuple[events.Event, ...], *, lost: bool = False) -> Execution:
        """Record the end of an execution that told `items`; a `lost` one is no evidence."""
        status, why = job.ended(items)
        seconds = round(self.clock() - job.began, 4) if job.told is None else job.told.seconds
        forked = self.folder.forked(job.tag)
        if forked:
            self.folder.append(job.tag, *forked)
        changed = (*self.leases.put_back_elsewhere(job), *self._put_back(job, (*items, *forked)))
        ending = events.Exit(LOST if lost else status, job.status, seconds, job.mode, changed, why, job.cpu)
        self.folder.close(job.tag, ending)
        job.release()
        self._forget()
        self._clear(job)
        return fold_execution(job.tag, (*items, *forked, ending))

    def put_aside(self, job: Job) -> None:
        """The execution will be made again, under the same name."""
        job.release()
        aside = self.folder.put_aside(job.tag)
        self._put_back(job, touched_by(self.folder, aside))
        self._forget()
        self._clear(job)

    def abandon(self, jobs: Sequence[Job]) -> None:
        """What these wrote are no executions, and says so, if there is room to say it."""
        self.leases.stop(jobs)
        own = {job.tag: self.leases.take(job, job.events_told()) for job in jobs}
        for job in jobs:
            job.release()
        changed = self.leases.put_back()
        now = self.clock()
        with suppress(CannotRecord):
            for job in jobs:
                ending = events.Exit(LOST, None, round(now - job.began, 4), job.mode, (*own[job.tag], *changed))
                self.folder.close(job.tag, ending)
            for note in self.leases.troubles():
                self.folder.append("audit", note)
            self.leases.forget()

    def _put_back(self, job: Job, items: Iterable[events.Event]) -> tuple[str, ...]:
        own = self.leases.take(job, items)
        return own if self.jobs else (*own, *self.leases.put_back())

    def _clear(self, job: Job) -> None:
        if self.scratch is not None:
            clear(self.scratch, job.tag)

    def _forget(self) -> None:
        if not self.jobs:
            self.leases.forget()
