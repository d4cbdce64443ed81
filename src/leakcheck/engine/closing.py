"""How executions end: what they changed is put back, and their last line is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from leakcheck.engine.job import Job
from leakcheck.errors import CannotRecord
from leakcheck.own_folders import Own
from leakcheck.records import Execution, Note
from leakcheck.records.topics import Topic
from leakcheck.store import LOST, AuditFolder, fold_execution, kept_by, touched_by
from leakcheck.wire import events
from leakcheck.workspace.scratch import clear
from leakcheck.workspace.touched_files import TouchedFiles


@dataclass(frozen=True)
class Closing:
    """`jobs` are the executions under way, which may have changed the same files: what has been changed is put back
    when there is none. In `scratch` lie their temporary folders, which go when they end; None if they are kept."""

    folder: AuditFolder
    disk: TouchedFiles
    jobs: Mapping[str, Job]
    clock: Callable[[], float] = time.monotonic
    scratch: Own | None = None

    def close(self, job: Job, items: tuple[events.Event, ...], *, lost: bool = False) -> Execution:
        """Record the end of an execution that told `items`; a `lost` one is no evidence."""
        status, why = job.ended(items)
        seconds = round(self.clock() - job.began, 4)
        forked = self.folder.forked(job.tag)
        if forked:
            self.folder.append(job.tag, *forked)
        changed = self._put_back((*items, *forked))
        ending = events.Exit(LOST if lost else status, job.status, seconds, job.mode, changed, why)
        self.folder.close(job.tag, ending)
        job.release()
        self._forget_copies()
        self._clear(job)
        return fold_execution(job.tag, (*items, *forked, ending))

    def put_aside(self, job: Job) -> None:
        """The execution will be made again, under the same name."""
        job.release()
        aside = self.folder.put_aside(job.tag)
        self._put_back(touched_by(self.folder, aside))
        self._forget_copies()
        self._clear(job)

    def abandon(self, jobs: Sequence[Job]) -> None:
        """What these wrote are no executions, and says so, if there is room to say it."""
        for job in jobs:
            self.disk.remember(job.events_told())
            job.release()
        # Of others too: there may have been no room to put them aside.
        self.disk.remember(kept_by(self.folder))
        changed = self.disk.put_back()
        now = self.clock()
        with suppress(CannotRecord):
            for job in jobs:
                ending = events.Exit(LOST, None, round(now - job.began, 4), job.mode, changed)
                self.folder.close(job.tag, ending)
            for text in self.disk.troubles():
                self.folder.append("audit", Note(Topic.FILES, text))
            self.disk.forget_copies()

    def _put_back(self, items: Iterable[events.Event]) -> tuple[str, ...]:
        self.disk.remember(items)
        return () if self.jobs else self.disk.put_back()

    def _clear(self, job: Job) -> None:
        if self.scratch is not None:
            clear(self.scratch, job.tag)

    def _forget_copies(self) -> None:
        if not self.jobs:
            self.disk.forget_copies()
