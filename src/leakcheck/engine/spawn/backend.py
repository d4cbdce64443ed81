"""Each order in a new process: what plain pytest runs, and all where forks are not safe."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from leakcheck.engine.backend import PATIENCE, Backend, Capabilities
from leakcheck.engine.job import PLAIN, Job
from leakcheck.engine.processes import kill_group, uninterrupted
from leakcheck.engine.spawn.keeper_client import KeptProcess
from leakcheck.engine.spawn.launch import Launch
from leakcheck.records import Collect, Order
from leakcheck.records.questions import hash_seed_of

SINGLE_SUITE = "suite-collect"
KILLED = "a process that {} was killed, by a test or by somebody else: {}"


class SpawnBackend(Backend):
    """Starts processes by `launch`, and tells `incidents` what others have done to them."""

    name = "single"
    can = Capabilities()
    suite = SINGLE_SUITE

    def __init__(self, launch: Launch, incidents: list[str]) -> None:
        self._launch = launch
        self._incidents = incidents
        self._collector: KeptProcess | None = None
        self._processes: dict[str, KeptProcess] = {}
        self._jobs: dict[str, Job] = {}

    @property
    def collecting(self) -> bool:
        return self._collector is not None and self._collector.poll() is None

    @property
    def silent(self) -> bool:
        return bool(self._jobs) or self.collecting

    def open(self) -> None:
        """By a process that collects and runs nothing."""
        if self._collector is None:
            self._launch.folder.segment(self.suite).unlink(missing_ok=True)  # of the launcher that failed before
            self._launch.folder.begin(self.suite, Order(Collect(), ("",)))
            with uninterrupted():
                self._collector = self._launch.start("single", self.suite)

    def takes(self, job: Job) -> bool:
        return True

    def submit(self, job: Job) -> None:
        is_plain = job.is_plain
        job.mode = PLAIN if is_plain else self.name
        seed = hash_seed_of(job.order.question)
        process = self._launch.start("control" if is_plain else "single", job.tag, args=job.args, hash_seed=seed)
        self._processes[job.tag], self._jobs[job.tag] = process, job

    def listen(self, seconds: float) -> None:
        time.sleep(seconds)
        for job in self._jobs.values():
            self._ask(job, self._processes[job.tag])

    def _ask(self, job: Job, process: KeptProcess) -> None:
        job.status, job.cpu = process.poll(), process.cpu
        job.parent_killed = process.keeper_killed
        if process.keeper_killed and not job.killed and not job.alone:
            kill_group(process.pid)
            job.lost = True

    def look(self, job: Job, now: float) -> None:
        job.look(self._launch.folder, now)

    def cancel(self, job: Job, *, harder: bool = False) -> None:
        process = self._processes.get(job.tag)
        if process is not None:
            kill_group(process.process.pid if harder else process.pid)

    def finish(self, job: Job) -> None:
        process = self._processes[job.tag]
        if job.lost:
            self._incidents.append(KILLED.format("leakcheck had started", "what it ran was run once more"))
        process.end()
        if self._launch.guard is not None:
            self._launch.guard.forget(process.pid)
        del self._processes[job.tag], self._jobs[job.tag]  # last: who is interrupted here ends it when it closes

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        """Nothing is prepared."""

    def foresee(self, waiting: Collection[Job]) -> None:
        """Nothing is kept for others."""

    def close(self, patience: float = PATIENCE, hurry: Sequence[int] = ()) -> None:
        for process in (*filter(None, [self._collector]), *self._processes.values()):
            process.end()
        self._collector = None
        self._processes.clear()
        self._jobs.clear()
