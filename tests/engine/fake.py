"""A backend without processes, on a clock of its own: what a job does is written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leakcheck.engine.backend import PATIENCE, Backend, Capabilities
from leakcheck.engine.job import Job
from leakcheck.recorder.segment import GAVE_UP
from leakcheck.records import TestRun
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Completed, Event, Finished, Outside, Started
from leakcheck.workspace.resource import Lease


@dataclass
class Clock:
    """Only who listens makes time pass."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Play:
    """What the one test of a job does: it takes `seconds`, and writes to the file `writes`; `does` is what it does
    with what its job has leased, and tells. `deaf`: it ends only when what is above it is ended as well. `lost`:
    nobody tells how it ends. `no_room`: it cannot be recorded."""

    seconds: float = 1.0
    status: int = 0
    writes: str = ""
    does: Callable[[Iterable[Lease]], Sequence[Event]] = lambda leases: ()
    deaf: bool = False
    lost: bool = False
    no_room: bool = False


HANGS = float("inf")


@dataclass
class FakeBackend(Backend):
    """`plays` are by the name of the test; `told` is what was asked of it, in order."""

    folder: AuditFolder
    clock: Clock
    plays: Mapping[str, Play]
    name: str = "fake"
    can: Capabilities = field(default_factory=Capabilities)
    suite: str = "suite"
    is_alive: bool = True
    is_importing: bool = False
    refuses: bool = False
    told: list[tuple[str, str]] = field(default_factory=list)
    running: dict[str, Job] = field(default_factory=dict)
    foreseen: list[list[str]] = field(default_factory=list)
    most: int = 0
    _ends: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        return self.is_alive

    @property
    def collecting(self) -> bool:
        return False

    @property
    def importing(self) -> bool:
        return self.is_importing

    def open(self) -> None:
        self.told.append(("open", ""))

    def takes(self, job: Job) -> bool:
        return self.is_alive

    def accepts(self) -> bool:
        return not self.refuses

    def play(self, job: Job) -> Play:
        (test,) = job.order.tests
        return self.plays.get(test, Play())

    def submit(self, job: Job) -> None:
        play = self.play(job)
        self.told.append(("begin", job.order.tests[-1]))
        self.running[job.tag] = job
        self.most = max(self.most, len(self.running))
        self._ends[job.tag] = (self.clock.now + play.seconds, play.status)
        self.folder.append(job.tag, Started(job.order.tests[0]))
        if play.writes:
            self.folder.append(job.tag, Outside("file", play.writes, "?", self.clock.now))
        self.folder.append(job.tag, *play.does(job.leases))

    def listen(self, seconds: float) -> None:
        self.clock.now += seconds
        for tag, job in self.running.items():
            end, status = self._ends[tag]
            if job.over or self.clock.now < end:
                continue
            if self.play(job).lost and not job.alone:
                job.lost = job.parent_killed = True
                continue
            if status == 0:
                run = Finished(TestRun(job.order.tests[0], "passed"))
                self.folder.append(tag, run, Completed(self.play(job).seconds))
            if self.play(job).no_room:
                self.folder.segment(tag).chmod(GAVE_UP)
            job.status = status

    def look(self, job: Job, now: float) -> None:
        job.look(self.folder, now)

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        """Nothing is prepared."""

    def cancel(self, job: Job, *, harder: bool = False) -> None:
        self.told.append(("cancel harder" if harder else "cancel", job.order.tests[-1]))
        if job.tag in self.running and (harder or not self.play(job).deaf):
            self._ends[job.tag] = (0.0, -9)

    def finish(self, job: Job) -> None:
        self.told.append(("finish", job.order.tests[-1]))
        del self.running[job.tag]

    def foresee(self, waiting: Collection[Job]) -> None:
        self.foreseen.append([job.order.tests[-1] for job in waiting])

    def close(self, patience: float = PATIENCE, hurry: Sequence[int] = ()) -> None:
        self.told.append(("close", ""))
        self.running.clear()

    @property
    def begun(self) -> list[str]:
        """The names of the orders that it has begun."""
        return [name for what, name in self.told if what == "begin"]
