"""The cluster's backend, with workers that are played."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leakcheck.engine.cluster.backend import ClusterBackend
from leakcheck.engine.cluster.news import Ended, Lost, News, Running
from leakcheck.engine.cluster.terms import Answer, Asked
from leakcheck.engine.job import Job
from leakcheck.engine.spawn.launch import Launch
from leakcheck.records import Alone, Order, TestRun
from leakcheck.store import AuditFolder
from leakcheck.wire import events, segments

TEST = "test_a.py::test_1"


@dataclass
class Played:
    """`asked` are the tasks that came, `cancelled` those that were ended; `coming` is the news."""

    slots: int = 2
    shared: str = ""
    is_deserted: bool = False
    is_local: bool = False
    notes: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    cpu: float = 0.0
    asked: list[tuple[str, ...]] = field(default_factory=list)
    cancelled: list[tuple[str, ...]] = field(default_factory=list)
    coming: list[News] = field(default_factory=list)

    def watch(self) -> None:
        """Nobody comes or goes."""

    def ask(self, asked: Sequence[Asked], name: str) -> Callable[[], None]:
        tags = tuple(each.tag for each in asked)
        self.asked.append(tags)
        return lambda: self.cancelled.append(tags)

    def take(self, seconds: float) -> Sequence[News]:
        found, self.coming = self.coming, []
        return found

    def tell(self, text: str) -> None:
        self.notes.append(text)

    def close(self, patience: float) -> None:
        """Nothing is open."""


@dataclass
class Stage:
    folder: AuditFolder
    workers: Played
    backend: ClusterBackend
    incidents: list[str]

    def begin(self, tag: str = "e00001") -> Job:
        job = Job(tag, Order(Alone(), (TEST,), ("test_a.py",)), "fork")
        self.folder.begin(tag, job.order)
        self.backend.submit(job)
        return job

    def hear(self, *news: News) -> None:
        self.workers.coming = list(news)
        self.backend.listen(0.0)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    folder = AuditFolder.create(tmp_path / ".leakcheck")
    folder.begin("audit")
    incidents: list[str] = []
    workers = Played()
    launch = Launch("python", (), folder, str(tmp_path), salt="salt")
    return Stage(folder, workers, ClusterBackend(launch, incidents, workers), incidents)


def answer(tag: str, status: str = "finished", incidents: tuple[str, ...] = ()) -> Answer:
    told: list[events.Event] = [
        events.Header(events.FORMAT, tag, Order(Alone(), (TEST,))),
        events.Started(TEST),
        events.Finished(TestRun(TEST, "passed", seconds=0.5)),
        events.Completed(0.6),
        events.Exit(status, 0, 0.7, "single", ("prices.txt",), "", 0.6),
    ]
    return Answer(tag, segments.chained(told), "printed\n", incidents)


def test_what_comes_back_is_kept_as_if_it_had_run_here(stage: Stage, tmp_path: Path) -> None:
    job = stage.begin()
    stage.hear()
    assert stage.workers.asked == [("e00001",)]
    stage.hear(Running("e00001", 1, touches=False), Ended(("e00001",), (answer("e00001", incidents=("killed",)),)))
    assert (job.over, job.tests, job.status, job.cpu, job.mode) == (True, 1, 0, 0.6, "single")
    assert job.ended(()) == ("finished", "")
    kinds = [type(each) for each in stage.folder.read("e00001")]
    assert kinds == [events.Header, events.Started, events.Finished, events.Completed]
    assert stage.incidents == ["killed"]
    assert (tmp_path / "e00001.log").read_text() == "printed\n"


def test_nothing_is_asked_before_somebody_is_there(stage: Stage) -> None:
    stage.workers.slots = 0
    job = stage.begin("control00001")
    stage.hear()
    assert stage.workers.asked == []
    assert not stage.backend.ready_for(job, 2)
    stage.workers.slots = 1
    stage.hear()
    assert stage.workers.asked == [("control00001",)]


def test_what_is_lost_is_asked_again_and_runs_here_in_the_end(stage: Stage) -> None:
    job = stage.begin()
    stage.hear()
    for _ in range(3):
        assert not job.lost
        stage.hear(Lost(("e00001",), cancelled=False, why="KilledWorker: it was killed"))
        stage.hear()
    assert job.lost
    assert not stage.backend.takes(job)
    assert len(stage.workers.asked) == 3
    assert stage.workers.notes == [
        "the cluster cannot run isolated: test_a.py, which was run here: KilledWorker: it was killed"
    ]


def test_an_execution_that_a_worker_has_not_ended_is_no_answer(stage: Stage) -> None:
    job = stage.begin()
    stage.hear()
    stage.hear(Ended(("e00001",), (answer("e00001", status="lost"),)))
    assert not job.over
    stage.hear()
    assert stage.workers.asked == [("e00001",), ("e00001",)]


def test_what_is_cancelled_is_over(stage: Stage) -> None:
    job = stage.begin()
    stage.hear()
    job.killed = 1.0
    stage.backend.cancel(job)
    assert stage.workers.cancelled == [("e00001",)]
    stage.hear(Lost(("e00001",), cancelled=True))
    assert job.over
    assert not job.lost


def test_when_all_are_gone_everything_is_run_here(stage: Stage) -> None:
    job = stage.begin()
    stage.hear()
    stage.workers.is_deserted = True
    stage.hear()
    assert job.lost
    assert not stage.backend.alive
    assert not stage.backend.takes(job)
