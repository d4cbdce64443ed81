"""Orders, turns and limits of time: which job begins when, beside which others, and how long it may take.

It knows no process: what runs a job is a backend.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from leakcheck.engine.backend import Backend
from leakcheck.engine.closing import Closing
from leakcheck.engine.disk_space import cannot_record, gave_up, has_room
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.leases import Leases
from leakcheck.engine.meter import Tally
from leakcheck.engine.processes import uninterrupted
from leakcheck.engine.timeouts import end_what_is_due
from leakcheck.own_folders import Own
from leakcheck.records import Execution, Note
from leakcheck.records.topics import Topic
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.workspace.resource import Resource

_TICK, _SOON = 0.05, 0.01
"""Seconds until it is looked again at what goes on, and at what nobody tells of."""


@dataclass
class Scheduler:
    """`backends` are in the order of preference; the last takes everything. `another` gives an execution that could
    not be recorded another name. In `scratch` lie temporary folders, which go with their executions; None if
    they are kept. `tally` counts for how long lanes stood idle."""

    folder: AuditFolder
    limits: Limits
    resources: Sequence[Resource]
    backends: list[Backend]
    another: Callable[[str], str]
    clock: Callable[[], float] = time.monotonic
    scratch: Own | None = None
    tally: Tally = field(default_factory=Tally)
    jobs: dict[str, Job] = field(default_factory=dict)
    _runs: dict[str, Backend] = field(default_factory=dict)
    _once_more: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leases = Leases(self.folder, self.resources)
        self.closing = Closing(self.folder, self.leases, self.jobs, self.clock, self.scratch)

    @property
    def backend(self) -> Backend:
        """The preferred one of those that have the suite, and take jobs."""
        return next(each for each in self.backends if each.alive and each.can.collects)

    def work(
        self, waiting: list[Job], lanes: int, until: str = "", ends: float = float("inf")
    ) -> Iterator[Execution]:
        """Run the jobs of `waiting`; executions come as they end, those that go on in the background as well. Ends
        when only these are left, and `until` is none of them. At the time `ends` what runs is ended, and nothing
        more is begun."""
        try:
            while waiting or any(not job.in_background or job.tag == until for job in self.jobs.values()):
                if self.clock() > ends:
                    waiting.clear()
                    self._cut(until)
                yield from self.step(waiting, lanes)
        finally:
            self._foresee(())

    def step(self, waiting: list[Job], lanes: int) -> Iterator[Execution]:
        """Begin what can be begun of `waiting`, wait a little, and hand out what has ended."""
        self._start(waiting, lanes)
        began, idle = self.clock(), lanes - len(self.jobs) if waiting else 0
        in_turn = idle > 0 and (self._occupied() or waiting[0].order.exclusive)
        self.listen()
        self.tally.idle(max(0, idle) * (self.clock() - began), in_turn=in_turn)
        self._watch()
        for job in [job for job in self.jobs.values() if job.over]:
            execution = self._ended(job, waiting)
            if execution is not None:
                yield execution

    def begin(self, job: Job) -> None:
        """Begin `job` now, whatever else goes on."""
        backend = self._backend_for(job)
        is_here = not backend.can.own_files
        if is_here and not any(map(self._is_met, self.jobs.values())):
            self.leases.settle()
        self.folder.begin(job.tag, job.order)
        with uninterrupted():
            if is_here:
                self.leases.give(job)
            backend.submit(job)
            job.began = job.alive = self.clock()
            self.jobs[job.tag], self._runs[job.tag] = job, backend
        job.hold(self.folder)

    def listen(self) -> None:
        """Wait a little for news of any job."""
        seconds = _SOON if any(each.silent for each in self.backends) else _TICK
        waiter = next((each for each in self.backends if each.alive and each.can.own_files), self.backend)
        for each in list(self.backends):
            each.listen(seconds if each is waiter else 0.0)

    def look(self, job: Job) -> None:
        """See what `job` does, if it is under way."""
        if job.tag in self.jobs:
            self._runs[job.tag].look(job, self.clock())

    def cancel(self, tag: str) -> None:
        """End an execution whose outcome nobody needs."""
        if tag in self.jobs:
            self.jobs[tag].cut, self.jobs[tag].killed = True, self.clock()
            self._runs[tag].cancel(self.jobs[tag])

    def stop(self, hurry: Sequence[int] = ()) -> None:
        """End everything that runs; what the jobs wrote are no executions."""
        for job in self.jobs.values():
            self._runs[job.tag].cancel(job)
        for backend in self.backends:
            backend.close(hurry=hurry)
        self.closing.abandon(list(self.jobs.values()))
        self.jobs.clear()
        self._runs.clear()

    def _backend_for(self, job: Job) -> Backend:
        return next(each for each in self.backends if each.takes(job))

    # Turns -----------------------------------------------------------------------------------------------------

    def _start(self, waiting: list[Job], lanes: int) -> None:
        if not all(each.accepts() for each in self.backends):
            return
        for job in list(waiting):
            if len(self.jobs) >= lanes or self._occupied():
                break
            backend = self._backend_for(job)
            alone = job.order.exclusive and not backend.can.own_files
            if (alone and self.jobs) or not self._has_lane(backend):
                continue
            if not backend.ready_for(job, lanes) or (alone and self._importing()):
                continue
            waiting.remove(job)
            self.begin(job)
        self._foresee(waiting)

    def _has_lane(self, backend: Backend) -> bool:
        return backend.can.lanes is None or list(self._runs.values()).count(backend) < backend.can.lanes

    def _occupied(self) -> bool:
        """Whether what runs, or what it has left until that is put back, must not be met."""
        return self._is_touched() or any(job.order.exclusive for job in self.jobs.values() if self._is_met(job))

    def _is_touched(self) -> bool:
        return bool(self.leases.writers) or any(self._is_met(job) for job in self.jobs.values() if job.touches)

    def _is_met(self, job: Job) -> bool:
        """Whether others meet what `job` changes of what is shared."""
        return not self._runs[job.tag].can.own_files

    def _importing(self) -> bool:
        return any(each.importing for each in self.backends)

    def _foresee(self, waiting: Sequence[Job]) -> None:
        for each in self.backends:
            each.foresee(waiting)

    # Limits of time --------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """End what shows no sign of life."""
        now = self.clock()
        for job in self.jobs.values():
            backend = self._runs[job.tag]
            backend.look(job, now)
            end_what_is_due(job, backend, self.limits, now)
        for backend in self.backends:
            backend.watch(now, self.limits.execution, files_touched=self._is_touched())

    def _cut(self, until: str) -> None:
        """The time is over: end what somebody waits for. Asked again and again, as who is to be ended may be only
        about to begin."""
        for job in self.jobs.values():
            if not job.over and (not job.in_background or job.tag == until):
                job.cut, job.killed = True, job.killed or self.clock()
                self._runs[job.tag].cancel(job)

    # Closing ---------------------------------------------------------------------------------------------------

    def _ended(self, job: Job, waiting: list[Job]) -> Execution | None:
        if job.lost:
            waiting.insert(0, self._elsewhere(job))
            return None
        execution = self._done(job)
        waiting[:0], self._once_more = self._once_more, []
        return execution

    def _elsewhere(self, job: Job) -> Job:
        """The same order by the backend that takes everything."""
        self._runs[job.tag].finish(job)
        self._forget(job)
        self.closing.put_aside(job)
        return job.elsewhere(self.backends[-1].name)

    def _forget(self, job: Job) -> None:
        del self.jobs[job.tag], self._runs[job.tag]

    def _done(self, job: Job) -> Execution | None:
        """The execution of a job that ended; None if it is no evidence, and runs again: another has changed what it
        meets, or there was no room to record it."""
        met = self._is_met(job)
        self._runs[job.tag].finish(job)
        for each in self.jobs.values():
            self.look(each)
        self._forget(job)
        doubted = met and self.leases.is_doubted(job, [each for each in self.jobs.values() if self._is_met(each)])
        disturbed = (met and self._is_touched()) or doubted
        if job.touches and met:
            self.leases.writers.add(job.tag)
        items = self.folder.read(job.tag)
        if job.cut:
            return self.closing.close(job, items, lost=disturbed or job.ended(items)[0] != "finished")
        if gave_up(self.folder, job.tag):
            return self._unrecorded(job, items)
        if not disturbed:
            return self.closing.close(job, items)
        self.closing.put_aside(job)
        self._once_more.append(job.again())
        return None

    def _unrecorded(self, job: Job, items: tuple[events.Event, ...]) -> Execution | None:
        """What could not be recorded is executed once more: a test may have needed all the room that there is."""
        if not has_room(self.folder, job.tag):
            raise cannot_record(self.folder)
        if job.tried:
            note = Note(Topic.RECORDER, f"{job.tag}: there was no room to record it")
            self.folder.append("audit", note)
            return self.closing.close(job, items)
        execution = self.closing.close(job, items, lost=True)
        if job.in_background:
            return execution
        self._once_more.append(Job(self.another(job.tag), job.order, job.mode, tried=True))
        return None
