"""Who may run beside whom, and what is put back: by rows in memory that are all one's own, or shared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.fake import HANGS, Clock, FakeBackend, Play
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.scheduler import Scheduler
from leakcheck.records import Behind, Execution, Note, Order
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.workspace.resource import AuditPlace
from leakcheck.workspace.resources.files import Resource as Files
from workspace.rows import TEMPLATE, USERS, Rows, Server, writing

USER = "users/1"


@dataclass
class Stage:
    """A scheduler with files and rows, and what runs its jobs."""

    scheduler: Scheduler
    backend: FakeBackend
    server: Server
    before: dict[str, str]

    def run(self, *jobs: Job, lanes: int = 2) -> list[Execution]:
        return list(self.scheduler.work(list(jobs), lanes))

    def changed(self, tag: str) -> tuple[str, ...]:
        """What is stored of the execution: what it has changed."""
        (ending,) = [each for each in self.scheduler.folder.read(tag) if isinstance(each, events.Exit)]
        return ending.changed

    def last(self) -> list[tuple[str, str]]:
        """When the executions that count began and ended: those behind which there is none of the same name."""
        told = [each for each in self.backend.told if each[0] in ("begin", "finish")]
        return [each for number, each in enumerate(told) if each not in told[number + 1 :]]

    def notes(self) -> list[tuple[str, str]]:
        items = self.scheduler.folder.read("audit")
        return [(each.topic, each.text) for each in items if isinstance(each, Note)]

    @property
    def is_as_before(self) -> bool:
        return self.server.tables[USERS] == self.before and not self.server.made


def stage(tmp_path: Path, server: Server, *, own: bool, **plays: Play) -> Stage:
    folder, clock = AuditFolder.create(tmp_path), Clock()
    folder.begin("audit")
    place = AuditPlace(folder, "salt")
    rows = Rows(place, server, own=own)
    before = dict(server.tables[USERS])
    rows.keep(str(tmp_path))
    backend = FakeBackend(folder, clock, plays)
    limits = Limits(test=1000, execution=1000)
    scheduler = Scheduler(folder, limits, [Files(place), rows], [backend], lambda tag: tag, clock)
    return Stage(scheduler, backend, server, before)


def job(number: int) -> Job:
    return Job(f"e{number:05d}", Order(Behind(), (f"t{number}",)), "fake")


def plays(server: Server, *, seconds: float = 3.0) -> dict[str, Play]:
    """Three tests that write the same row."""
    return {
        f"t{number}": Play(seconds=seconds + number, does=writing(server, USER, f"by t{number}"))
        for number in (1, 2, 3)
    }


def test_who_has_rows_of_its_own_overlaps_and_meets_nobody(tmp_path: Path) -> None:
    server = Server()
    it = stage(tmp_path, server, own=True, **plays(server))
    done = it.run(*map(job, (1, 2, 3)))
    assert (it.backend.begun, it.backend.most, server.most) == (["t1", "t2", "t3"], 2, 2)
    assert [it.changed(each.id) for each in done] == [(USER,)] * 3
    assert it.scheduler.leases.changed == {USER}
    assert (it.is_as_before, it.notes()) == (True, [])


def test_who_shares_rows_takes_turns(tmp_path: Path) -> None:
    server = Server()
    it = stage(tmp_path, server, own=False, **plays(server))
    done = it.run(*map(job, (1, 2, 3)))
    assert_took_turns(it, done)
    assert it.is_as_before


def assert_took_turns(it: Stage, done: list[Execution]) -> None:
    """Whoever met another did not count, and ran again."""
    names = [each.order.tests[-1] for each in done]
    assert sorted(names) == ["t1", "t2", "t3"]
    assert it.last() == [(what, name) for name in names for what in ("begin", "finish")]


def test_a_shared_row_is_what_it_was_for_each(tmp_path: Path) -> None:
    server = Server()
    found: list[str] = []
    write = writing(server, USER, "changed")

    def look_and_write(leases: object) -> tuple[events.Event, ...]:
        found.append(server.tables[USERS][USER])
        return write(leases)  # type: ignore[arg-type]

    play = Play(does=look_and_write)
    it = stage(tmp_path, server, own=False, t1=play, t2=play)
    it.run(job(1), job(2), lanes=1)
    assert found == [it.before[USER]] * 2


def test_who_cannot_have_rows_of_its_own_takes_turns_and_that_is_told_once(tmp_path: Path) -> None:
    server = Server(clones=0)
    it = stage(tmp_path, server, own=True, **plays(server))
    assert_took_turns(it, it.run(*map(job, (1, 2, 3))))
    text = "executions take turns where they change the same rows: grant the right to create databases"
    assert it.notes() == [("rows", text)]
    assert it.is_as_before


def test_what_runs_when_everything_is_stopped_is_put_back(tmp_path: Path) -> None:
    for own in (True, False):
        server = Server()
        folder = tmp_path / str(own)
        it = stage(folder, server, own=own, **plays(server, seconds=HANGS))
        for number in (1, 2):
            it.scheduler.begin(job(number))
        it.scheduler.stop()
        assert it.is_as_before
        assert it.changed("e00001") == (USER,)


def test_what_is_cancelled_at_its_limit_is_put_back(tmp_path: Path) -> None:
    server = Server()
    it = stage(tmp_path, server, own=True, **plays(server, seconds=HANGS))
    it.run(job(1), job(2))
    assert [what for what, _ in it.backend.told].count("cancel") == 2
    assert it.is_as_before


@pytest.mark.parametrize("own", [True, False])
def test_what_somebody_changes_while_nothing_runs_is_there_for_the_next_and_stays(
    tmp_path: Path, *, own: bool
) -> None:
    server = Server()
    it = stage(tmp_path, server, own=own, **plays(server))
    it.run(job(1))
    server.tables[USERS]["users/2"] = "edited"
    (execution,) = it.run(job(2))
    assert it.changed(execution.id) == (USER,)
    assert server.tables[USERS] == {**it.before, "users/2": "edited"}


@pytest.mark.parametrize("own", [True, False])
def test_what_is_lost_gives_back_what_it_had_before_it_runs_once_more(tmp_path: Path, *, own: bool) -> None:
    server = Server()
    it = stage(tmp_path, server, own=own, t1=Play(lost=True, does=writing(server, USER, "changed")))
    (execution,) = it.run(job(1))
    assert (it.backend.begun, execution.status) == (["t1", "t1"], "finished")
    assert (it.is_as_before, server.most) == (True, int(own))
    assert TEMPLATE in server.tables
