"""How executions end: what they changed is put back, and their last line is written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from leakcheck import events
from leakcheck.engine import scratch
from leakcheck.engine.disk import Disk
from leakcheck.engine.job import Job
from leakcheck.engine.launch import Launch
from leakcheck.errors import CannotRecord
from leakcheck.records import Execution
from leakcheck.store import LOST, fold_execution, kept_by, touched_by


@dataclass(frozen=True)
class Endings:
    """`jobs` are the executions under way, which may have changed the same files: what has been changed is put back
    when there is none."""

    launch: Launch
    disk: Disk
    jobs: Mapping[str, Job]

    def close(self, job: Job, items: tuple[events.Event, ...], *, lost: bool = False) -> Execution:
        """Record the end of an execution that told `items`; a `lost` one is no evidence."""
        status, why = job.ended(items)
        seconds = round(time.monotonic() - job.began, 4)
        forked = self.launch.folder.forked(job.tag)
        if forked:
            self.launch.folder.append(job.tag, *forked)
        changed = self._put_back((*items, *forked))
        ending = events.Exit(LOST if lost else status, job.status, seconds, job.mode, changed, why)
        self.launch.folder.close(job.tag, ending)
        self._forget_copies()
        self._clear(job)
        if self.launch.guard is not None:
            self.launch.guard.forget(job.pid)
        return fold_execution(job.tag, (*items, *forked, ending))

    def put_aside(self, job: Job) -> None:
        """The execution will be made again, under the same name."""
        aside = self.launch.folder.put_aside(job.tag)
        self._put_back(touched_by(self.launch.folder, aside))
        self._forget_copies()
        self._clear(job)

    def abandon(self, jobs: Sequence[Job]) -> None:
        """What these wrote are no executions, and says so, if there is room to say it."""
        for job in jobs:
            if job.spawned is not None:
                job.spawned.end()
        # Of others too: there may have been no room to put them aside.
        self.disk.remember(kept_by(self.launch.folder))
        changed = self.disk.put_back()
        now = time.monotonic()
        with suppress(CannotRecord):
            for job in jobs:
                ending = events.Exit(LOST, None, round(now - job.began, 4), job.mode, changed)
                self.launch.folder.close(job.tag, ending)
            for text in self.disk.troubles():
                self.launch.folder.append("audit", events.Note("files", text))
            self.disk.forget_copies()

    def _put_back(self, items: Iterable[events.Event]) -> tuple[str, ...]:
        self.disk.remember(items)
        return () if self.jobs else self.disk.put_back()

    def _clear(self, job: Job) -> None:
        if not self.launch.keep_temp:
            scratch.clear(self.launch.scratch, job.tag)

    def _forget_copies(self) -> None:
        if not self.jobs:
            self.disk.forget_copies()
