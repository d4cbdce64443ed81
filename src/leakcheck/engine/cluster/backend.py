"""Executions by the workers of a cluster. Each has an engine of its own: it keeps turns and limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from leakcheck.engine.backend import PATIENCE, Backend, Capabilities
from leakcheck.engine.cluster.bundles import Bundles, title
from leakcheck.engine.cluster.news import Ended, Lost, Running, Workers
from leakcheck.engine.cluster.terms import Answer, Asked
from leakcheck.engine.job import Job
from leakcheck.engine.processes import UNKNOWN
from leakcheck.engine.spawn.launch import Launch
from leakcheck.recorder.process.boot import REFUSED
from leakcheck.store import LOST
from leakcheck.wire import events, segments

AHEAD = 12
"""Executions that are asked for at a time, for each that can run: so that no worker waits for its next."""
_TRIES = 3


@dataclass
class _Away:
    """A job that is not here. `cancel` ends its task, None until there is one."""

    job: Job
    cancel: Callable[[], None] | None = None
    tries: int = 0


class ClusterBackend(Backend):
    """Sends jobs to `workers`, and keeps what comes back as if it had been written here. What they cannot run, or
    all if nobody is left, the backends behind this run."""

    name = "cluster"
    can = Capabilities(collects=False, own_files=True)
    suite = ""

    def __init__(self, launch: Launch, incidents: list[str], workers: Workers) -> None:
        self._launch = launch
        self._incidents = incidents
        self._workers = workers
        self._away: dict[str, _Away] = {}
        self._unsent: list[Job] = []
        self._refused: set[str] = set()
        self._bundles = Bundles()
        self._to_come = 0

    @property
    def alive(self) -> bool:
        return not self._workers.is_deserted

    @property
    def collecting(self) -> bool:
        return False

    def open(self) -> None:
        """Each worker collects when that is needed there."""

    def takes(self, job: Job) -> bool:
        return self.alive and job.tag not in self._refused

    def ready_for(self, job: Job, lanes: int) -> bool:
        return self._workers.slots > 0

    def submit(self, job: Job) -> None:
        self._away[job.tag] = _Away(job)
        self._unsent.append(job)

    def foresee(self, waiting: Collection[Job]) -> None:
        self._to_come = len(waiting)

    # What goes on ----------------------------------------------------------------------------------------------

    def listen(self, seconds: float) -> None:
        self._workers.watch()
        self._send()
        for news in self._workers.take(seconds):
            match news:
                case Running(tag, tests, touches) if tag in self._away:
                    job = self._away[tag].job
                    job.tests, job.touches = tests, job.touches or touches
                case Ended(_, answers):
                    for answer in answers:
                        self._arrived(answer)
                case Lost(tags, cancelled, why):
                    self._is_lost(tags, why, cancelled=cancelled)
        if not self.alive:
            for each in self._away.values():
                each.job.lost = each.job.lost or not each.job.over

    def _send(self) -> None:
        if not self._unsent or not self._workers.slots:
            return
        for jobs in self._bundles.made_of(self._unsent, self._to_come, self._workers.slots):
            cancel = self._workers.ask([self._asked(job) for job in jobs], title(jobs))
            for job in jobs:
                self._away[job.tag].cancel = cancel
        self._unsent.clear()

    def _asked(self, job: Job) -> Asked:
        header = segments.sealed(events.Header(events.FORMAT, job.tag, job.order))
        launch = self._launch
        return Asked(job.tag, job.mode, header, job.args, launch.launcher, self._workers.shared)

    def _arrived(self, answer: Answer) -> None:
        away = self._away.get(answer.tag)
        if away is None or away.job.over:
            return
        job, items = away.job, segments.read_segment(answer.segment).events
        last = items[-1] if items else None
        self._incidents += answer.incidents
        if not isinstance(last, events.Exit) or last.status == LOST:
            self._once_more(away, "a worker has not told how it ended")
            return
        self._launch.folder.append(job.tag, *items[1:-1])
        self._keep(job.tag, answer)
        self._bundles.learn(items)
        job.told, job.mode, job.cpu = last, last.engine, last.cpu
        job.status = UNKNOWN if last.code is None else last.code

    def _keep(self, tag: str, answer: Answer) -> None:
        """What its process has printed, and why it refused, where what runs here leaves it."""
        self._launch.log(tag).write_text(answer.log, "utf-8")
        if answer.refusal:
            Path(self._launch.scratch, f"{tag}.json{REFUSED}").write_bytes(answer.refusal)

    # What does not ---------------------------------------------------------------------------------------------

    def _is_lost(self, tags: Sequence[str], why: str, *, cancelled: bool) -> None:
        for tag in tags:
            away = self._away.get(tag)
            if away is None or away.job.over:
                continue
            if cancelled and away.job.killed:
                away.job.status = UNKNOWN
            else:
                self._once_more(away, why)

    def _once_more(self, away: _Away, why: str) -> None:
        """By another worker, or here in the end."""
        away.tries += 1
        if away.tries < _TRIES:
            if away.job not in self._unsent:
                self._unsent.append(away.job)
            return
        self._refused.add(away.job.tag)
        self._workers.tell(f"the cluster cannot run {title([away.job])}, which was run here: {why}")
        away.job.lost = True

    def look(self, job: Job, now: float) -> None:
        """Its time is measured where it runs."""
        job.began = job.alive = now

    def cancel(self, job: Job, *, harder: bool = False) -> None:
        away = self._away.get(job.tag)
        if away is None or job.over:
            return
        self._unsent[:] = [each for each in self._unsent if each is not job]
        if away.cancel is None:
            job.status = UNKNOWN
        else:
            away.cancel()

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        """Workers end what they prepare."""

    def finish(self, job: Job) -> None:
        self._away.pop(job.tag, None)

    def close(self, patience: float = PATIENCE, hurry: Sequence[int] = ()) -> None:
        for each in self._away.values():
            if each.cancel is not None and not each.job.over:
                each.cancel()
        self._away.clear()
        self._unsent.clear()


def limited(backend: Backend, lanes: int) -> Backend:
    """`backend`, which runs no more than so many at a time, however many a cluster runs."""
    backend.can = replace(backend.can, lanes=lanes)
    return backend
