"""Orders, turns and limits of time, without a process: see `fake.py`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.fake import HANGS, Clock, FakeBackend, Play
from leakcheck.engine.backend import Capabilities
from leakcheck.engine.job import ENDING, Job, Limits
from leakcheck.engine.scheduler import Scheduler
from leakcheck.errors import CannotRecord
from leakcheck.records import Behind, Execution, Note, Order
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.workspace.resource import AuditPlace, Resource
from leakcheck.workspace.resources.files import Resource as Files

LIMITS = Limits(test=10, execution=100)
PLAIN = Capabilities()


@dataclass
class Stage:
    """A scheduler, and the backends that it has."""

    scheduler: Scheduler
    first: FakeBackend
    last: FakeBackend
    clock: Clock

    def run(self, *jobs: Job, lanes: int = 1, until: str = "") -> list[Execution]:
        return list(self.scheduler.work(list(jobs), lanes, until))

    def content(self, tag: str) -> Sequence[events.Event]:
        return self.scheduler.folder.read(tag)


def stage(
    tmp_path: Path,
    can: Capabilities = PLAIN,
    limits: Limits = LIMITS,
    resources: Sequence[Resource] = (),
    **plays: Play,
) -> Stage:
    """With `files`, and more `resources` if there are any."""
    folder, clock = AuditFolder.create(tmp_path), Clock()
    folder.begin("audit")
    first = FakeBackend(folder, clock, plays, can=can)
    last = FakeBackend(folder, clock, plays, name="last")
    every = [Files(AuditPlace(folder, "salt")), *resources]
    scheduler = Scheduler(folder, limits, every, [first, last], lambda tag: f"{tag[:1]}00099", clock)
    return Stage(scheduler, first, last, clock)


def job(number: int, test: str = "", *, exclusive: bool = False, tag: str = "e") -> Job:
    name = test or f"t{number}"
    return Job(f"{tag}{number:05d}", Order(Behind(), (name,), exclusive=exclusive), "fake")


def test_jobs_begin_in_their_order(tmp_path: Path) -> None:
    it = stage(tmp_path, t2=Play(seconds=5))
    done = it.run(*map(job, (1, 2, 3)))
    assert it.first.begun == ["t1", "t2", "t3"]
    assert [each.id for each in done] == ["e00001", "e00002", "e00003"]
    assert [each.status for each in done] == ["finished"] * 3
    assert (it.first.most, it.last.told) == (1, [])
    assert done[1].seconds == pytest.approx(5, abs=0.2)


def test_two_lanes_are_two_at_a_time_and_the_faster_goes_on(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=5))
    done = it.run(*map(job, (1, 2, 3, 4)), lanes=2)
    assert it.first.most == 2
    assert [each.order.tests[-1] for each in done] == ["t2", "t3", "t4", "t1"]
    assert it.clock.now == pytest.approx(105, abs=0.5)


def test_a_backend_may_have_fewer_lanes(tmp_path: Path) -> None:
    it = stage(tmp_path, Capabilities(lanes=1))
    it.run(*map(job, (1, 2, 3)), lanes=3)
    assert it.first.most == 1


def test_what_is_exclusive_runs_alone(tmp_path: Path) -> None:
    it = stage(tmp_path)
    it.run(job(1), job(2, exclusive=True), job(3), job(4), lanes=2)
    told = it.first.told
    alone = told.index(("begin", "t2"))
    assert told[alone : alone + 2] == [("begin", "t2"), ("finish", "t2")]
    before = [what for what, _ in told[:alone]]
    assert before.count("begin") == before.count("finish")
    assert it.first.most == 2  # t3 has not waited for it


def test_what_is_exclusive_waits_for_imports(tmp_path: Path) -> None:
    it = stage(tmp_path)
    it.last.is_importing = True
    waiting = it.scheduler.work([job(1, exclusive=True), job(2)], 1)
    assert next(waiting).order.tests[-1] == "t2"
    it.last.is_importing = False
    assert next(waiting).order.tests[-1] == "t1"


def test_who_ran_beside_one_that_writes_files_runs_again(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=3, writes="/data/file"))
    done = it.run(job(1), job(2), lanes=2)
    assert it.first.begun == ["t1", "t2", "t2"]
    assert [each.order.tests[-1] for each in done] == ["t1", "t2"]
    assert (done[0].order.exclusive, done[1].order.exclusive) == (False, False)
    assert it.scheduler.leases.writers == set()
    assert [each.id for each in done] == ["e00001", "e00002"]


def test_nothing_begins_while_files_are_written(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=3, writes="/data/file"))
    it.run(job(1), job(2), job(3), lanes=2)
    told = it.first.told
    assert told.index(("begin", "t3")) > told.index(("finish", "t1"))


def test_nothing_begins_until_what_was_written_is_put_back(tmp_path: Path) -> None:
    """That is when nobody else runs who may have met it."""
    it = stage(tmp_path, t1=Play(writes="/data/file"), t2=Play(seconds=5))
    it.run(job(1), job(2), job(3), lanes=2)
    told = it.first.told
    assert it.first.begun == ["t1", "t2", "t2", "t3"]
    assert told.index(("begin", "t3")) > told.index(("finish", "t2")) > told.index(("finish", "t1"))


def test_a_backend_knows_what_is_still_to_come(tmp_path: Path) -> None:
    it = stage(tmp_path)
    running = it.scheduler.work([job(1), job(2)], 1)
    next(running)
    assert it.first.foreseen[0] == ["t2"]
    assert [] not in it.first.foreseen
    running.close()  # type: ignore[attr-defined]
    assert it.first.foreseen[-1] == it.last.foreseen[-1] == []


def test_who_has_files_of_its_own_disturbs_nobody(tmp_path: Path) -> None:
    it = stage(tmp_path, Capabilities(own_files=True), t1=Play(seconds=3, writes="/data/file"))
    done = it.run(job(1), job(2), job(3), lanes=2)
    assert it.first.begun == ["t1", "t2", "t3"]
    assert len(done) == 3


def test_a_test_without_end_is_ended_at_its_limit(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=HANGS))
    (execution, following) = it.run(job(1), job(2))
    assert (execution.status, following.status) == ("timeout", "finished")
    assert (execution.runs[-1].outcome, execution.runs[-1].crash) == ("timeout", "killed: no end after 10 s")
    assert it.first.told[:3] == [("begin", "t1"), ("cancel", "t1"), ("finish", "t1")]
    assert execution.seconds == pytest.approx(10, abs=0.2)


def test_who_does_not_end_then_is_ended_with_what_is_above_it(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=HANGS, deaf=True))
    (execution,) = it.run(job(1))
    assert [what for what, _ in it.first.told] == ["begin", "cancel", "cancel harder", "finish"]
    assert execution.status == "timeout"
    assert execution.seconds == pytest.approx(10 + ENDING, abs=0.2)


def test_an_execution_has_a_limit_as_well(tmp_path: Path) -> None:
    it = stage(tmp_path, limits=Limits(test=1000, execution=20), t1=Play(seconds=HANGS))
    (execution,) = it.run(job(1))
    assert execution.runs[-1].crash == "killed: its execution had taken 20 s"


def test_a_crash_is_an_execution(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(status=-11))
    (execution,) = it.run(job(1))
    assert (execution.status, execution.runs[-1].crash) == ("crashed", "killed by SIGSEGV")


def test_what_is_lost_runs_once_more_where_everything_is_taken(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(lost=True))
    it.first.takes = lambda job: job.mode == "fake"  # type: ignore[method-assign]
    (lost, following) = it.run(job(1), job(2))
    assert (it.first.begun, it.last.begun) == (["t1", "t2"], ["t1"])
    assert (lost.id, lost.status, lost.engine, following.engine) == ("e00001", "finished", "last", "fake")
    assert it.scheduler.folder.segment("aside1-e00001").exists()


def test_a_backend_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    it = stage(tmp_path)
    it.first.is_alive = False
    it.run(job(1))
    assert (it.first.begun, it.last.begun) == ([], ["t1"])
    assert it.scheduler.backend is it.last


def test_nothing_begins_while_a_backend_refuses(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=2))
    running = it.scheduler.work([job(1), job(2)], 1)
    it.scheduler.begin(job(3, tag="control"))
    it.first.refuses = True
    it.scheduler.listen()
    it.scheduler._start([job(4)], 5)
    assert it.first.begun == ["t3"]
    it.first.refuses = False
    assert [each.order.tests[-1] for each in running] == ["t3", "t1", "t2"]


def test_nobody_waits_for_what_goes_on_in_the_background(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=50), limits=Limits(test=100))
    plain = job(1, tag="control")
    it.scheduler.begin(plain)
    assert [each.order.tests[-1] for each in it.run(job(2), lanes=2)] == ["t2"]
    assert plain.tag in it.scheduler.jobs
    assert [each.order.tests[-1] for each in it.run(until=plain.tag)] == ["t1"]


def test_what_could_not_be_recorded_is_executed_once_more_under_another_name(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(no_room=True))
    (execution,) = it.run(job(1))
    assert it.first.begun == ["t1", "t1"]
    assert execution.id == "e00099"
    assert [each.status for each in it.content("e00001") if isinstance(each, events.Exit)] == ["lost"]
    notes = [each.text for each in it.content("audit") if isinstance(each, Note)]
    assert notes == ["e00099: there was no room to record it"]


def test_where_there_is_no_room_at_all_the_audit_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = stage(tmp_path, t1=Play(no_room=True))
    monkeypatch.setattr("leakcheck.engine.scheduler.has_room", lambda folder, tag: False)
    with pytest.raises(CannotRecord, match="no room is left"):
        it.run(job(1))


def test_who_stops_cancels_what_runs_and_closes_every_backend(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=HANGS), t2=Play(seconds=HANGS))
    for each in map(job, (1, 2)):
        it.scheduler.begin(each)
    it.scheduler.stop()
    assert it.first.told[2:] == [("cancel", "t1"), ("cancel", "t2"), ("close", "")]
    assert (it.last.told, it.scheduler.jobs) == ([("close", "")], {})
    for tag in ("e00001", "e00002"):
        assert [each.status for each in it.content(tag) if isinstance(each, events.Exit)] == ["lost"]


def test_who_is_interrupted_when_a_job_was_just_finished_can_still_stop(tmp_path: Path) -> None:
    it = stage(tmp_path)
    looked = it.first.look

    def look(job: Job, now: float) -> None:
        if ("finish", "t1") in it.first.told:
            raise KeyboardInterrupt
        looked(job, now)

    it.first.look = look  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        it.run(job(1))
    it.scheduler.stop()
    assert [each.status for each in it.content("e00001") if isinstance(each, events.Exit)] == ["lost"]


def test_when_the_time_is_over_what_runs_is_ended_and_nothing_more_begins(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=1), t2=Play(seconds=50), t3=Play(seconds=50))
    waiting = [job(1), job(2), job(3), job(4)]
    done = list(it.scheduler.work(waiting, 1, ends=it.clock.now + 5))
    assert [(each.order.tests[-1], each.status) for each in done] == [("t1", "finished"), ("t2", "lost")]
    assert it.first.begun == ["t1", "t2"]
    assert it.clock.now < 100 + 5.5
    assert (waiting, it.scheduler.jobs) == ([], {})


def test_who_ends_when_the_time_is_over_and_does_not_heed_it_is_ended_by_force(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=HANGS, deaf=True))
    done = list(it.scheduler.work([job(1)], 1, ends=it.clock.now + 5))
    assert [each.status for each in done] == ["lost"]
    assert it.first.told.count(("cancel harder", "t1")) == 1
    assert it.clock.now == pytest.approx(100 + 5 + ENDING, abs=0.3)


def test_the_background_goes_on_when_the_time_of_others_is_over(tmp_path: Path) -> None:
    it = stage(tmp_path, t1=Play(seconds=8))
    it.scheduler.begin(job(1, tag="control"))
    assert list(it.scheduler.work([job(2, "t9")], 2, ends=it.clock.now - 1)) == []
    assert [each.status for each in it.scheduler.work([], 1, until="control00001")] == ["finished"]


@pytest.mark.parametrize("seed", range(25))
def test_whoever_counts_has_met_nobody_who_writes(tmp_path: Path, seed: int) -> None:
    """Some writers are known before, and ask to run alone; others are not."""
    chance = random.Random(seed)
    numbers = range(1, 11)
    writers = {f"t{number}" for number in numbers if chance.random() < 0.4}
    plays = {
        f"t{number}": Play(chance.randint(1, 6), writes="/data/file" if f"t{number}" in writers else "")
        for number in numbers
    }
    jobs = [job(number, exclusive=f"t{number}" in writers and chance.random() < 0.5) for number in numbers]
    it = stage(tmp_path)
    it.first.plays = plays
    done = it.run(*jobs, lanes=chance.randint(2, 4))
    assert sorted(each.id for each in done) == [each.tag for each in jobs]
    runs = spans(it.first.told)
    for name in plays:
        begin, end = [(begin, end) for each, begin, end in runs if each == name][-1]
        beside = {each for each, first, last in runs if each != name and first < end and begin < last}
        assert not beside & writers, name


def spans(told: Sequence[tuple[str, str]]) -> list[tuple[str, int, int]]:
    """(name, when it began, when it was finished), by the places in `told`."""
    begun: dict[str, int] = {}
    found = []
    for place, (what, name) in enumerate(told):
        if what == "begin":
            begun[name] = place
        elif what == "finish":
            found.append((name, begun[name], place))
    return found
