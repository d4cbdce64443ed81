"""What every resource has to do: files by real files, rows as clones and as one table for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from leakcheck.recorder.outside.file_copies import keep
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.recorder.syscalls import Real
from leakcheck.records import Order, Whole
from leakcheck.store import AuditFolder, touched_by
from leakcheck.wire.events import Event, Outside, Started
from leakcheck.workspace.resource import AuditPlace, Lease, Resource
from leakcheck.workspace.resources import checked
from leakcheck.workspace.resources.files import Resource as Files
from workspace import rows

SALT = "f" * 32
TEST = "t.py::a"


@dataclass
class Running:
    """An execution under way, as far as a resource looks at it."""

    tag: str
    lease: Lease
    began: float = 0.0
    touches: bool = False
    told: list[Event] = field(default_factory=list)


class World(Protocol):
    """A resource, the state that is the user's, and what an execution, or anybody else, does to it."""

    place: AuditPlace
    resource: Resource

    def made(self) -> Resource:
        """The resource, as whoever comes behind a kill makes it anew."""
        ...

    def state(self) -> Mapping[str, str]:
        """All that is the user's."""
        ...

    def change(self, run: Running, name: str, value: str) -> Event:
        """What a test does; returns what the process tells of it."""
        ...

    def change_silently(self, run: Running, name: str, value: str) -> None:
        """The same, but nobody tells."""
        ...

    def short(self, name: str) -> str:
        """What a resource calls `name`, as it stands in `state`."""
        ...

    def meets(self, run: Running, name: str) -> str | None:
        """What an execution finds under that name."""
        ...

    def edit(self, name: str, value: str) -> None:
        """What the user does."""
        ...

    def lock(self, *, locked: bool) -> None:
        """Nothing can be put back, or it can again."""
        ...

    def leftovers(self) -> Sequence[str]:
        """What leakcheck keeps outside of its own folder, or in there for putting back."""
        ...


class FileWorld:
    """A project with two files."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        for name in ("one", "two"):
            (self.root / name).write_text(f"{name} before")
        audit = AuditFolder.create(folder / "audits")
        audit.begin("audit")
        self.place = AuditPlace(audit, SALT)
        self.resource: Resource = self.made()

    def made(self) -> Resource:
        return Files(self.place)

    def state(self) -> Mapping[str, str]:
        return {path.name: path.read_text() for path in self.root.rglob("*") if path.is_file()}

    def change(self, run: Running, name: str, value: str) -> Event:
        copies = self.place.folder.undo / run.tag
        copies.mkdir(parents=True, exist_ok=True)
        path = self.root / name
        copy = keep(str(path), str(copies / f"1-{len(run.told)}"))
        path.write_text(value)
        return proven(Outside("file", str(path), copy, time.monotonic(), root=str(self.root)), undo_key(SALT))

    def change_silently(self, run: Running, name: str, value: str) -> None:
        (self.root / name).write_text(value)

    def short(self, name: str) -> str:
        return Path(name).name

    def meets(self, run: Running, name: str) -> str | None:
        return self.state().get(name)

    def edit(self, name: str, value: str) -> None:
        (self.root / name).write_text(value)
        time.sleep(0.02)  # the clock of a file system has ticks

    def lock(self, *, locked: bool) -> None:
        """By a folder that stands where the file was."""
        path = self.root / "one"
        if locked:
            path.unlink()
            (path / "in the way").mkdir(parents=True)
        else:
            (path / "in the way").rmdir()
            path.rmdir()

    def leftovers(self) -> Sequence[str]:
        return [str(self.place.folder.undo)] if self.place.folder.has_copies() else []


class RowWorld:
    """A server with two rows."""

    def __init__(self, folder: Path, *, own: bool) -> None:
        self.server, self.own = rows.Server(), own
        audit = AuditFolder.create(folder / "audits")
        audit.begin("audit")
        self.place = AuditPlace(audit, SALT)
        self.resource: Resource = self.made()

    def made(self) -> Resource:
        return rows.Rows(self.place, self.server, own=self.own)

    def state(self) -> Mapping[str, str]:
        return dict(self.server.tables[rows.USERS])

    def change(self, run: Running, name: str, value: str) -> Event:
        (event,) = rows.change(self.server, run.lease, name, value)
        return event

    def change_silently(self, run: Running, name: str, value: str) -> None:
        self.change(run, name, value)

    def short(self, name: str) -> str:
        return name

    def meets(self, run: Running, name: str) -> str | None:
        return self.server.tables[run.lease.data.get("name", rows.USERS)].get(name)

    def edit(self, name: str, value: str) -> None:
        self.server.tables[rows.USERS][name] = value

    def lock(self, *, locked: bool) -> None:
        self.server.locked = locked

    def leftovers(self) -> Sequence[str]:
        return sorted(self.server.made)


def shared_rows(folder: Path) -> World:
    return RowWorld(folder, own=False)


def own_rows(folder: Path) -> World:
    return RowWorld(folder, own=True)


WORLDS: Sequence[Callable[[Path], World]] = (FileWorld, shared_rows, own_rows)


class Audit:
    """Executions of a world, one behind the other or beside each other."""

    def __init__(self, world: World, root: str) -> None:
        self.world, self.root = world, root
        self.before = world.state()
        self.running: list[Running] = []

    @property
    def resource(self) -> Resource:
        return self.world.resource

    def begin(self, tag: str) -> Running:
        if not self.running:
            self.resource.settle()
        folder = self.world.place.folder
        folder.begin(tag, Order(Whole(), (TEST,)))
        run = Running(tag, self.resource.lease(tag), time.monotonic())
        folder.append(tag, Started(TEST, Real.clock()))
        self.running.append(run)
        return run

    def change(self, run: Running, name: str, value: str) -> None:
        event = self.world.change(run, name, value)
        run.told.append(event)
        run.touches = run.touches or run.lease.is_met(event)
        self.world.place.folder.append(run.tag, event)

    def end(self, run: Running, *, locked: bool = False) -> tuple[str, ...]:
        """What had changed; with `locked`, nothing can be put back."""
        assert not self.is_doubted(run)
        self.world.lock(locked=True) if locked else None
        return self.put_back(run, run.tag)

    def is_doubted(self, run: Running) -> bool:
        self.running.remove(run)
        return self.resource.compare(run, self.running)

    def put_back(self, run: Running, tag: str) -> tuple[str, ...]:
        own = self.resource.returned(run.lease, touched_by(self.world.place.folder, tag))
        if self.running:
            return own
        shared = self.resource.put_back()
        self.resource.forget()
        return (*own, *shared)

    def run(self, tag: str, name: str, value: str) -> tuple[str, ...]:
        run = self.begin(tag)
        self.change(run, name, value)
        return self.end(run)

    def stop(self) -> None:
        self.resource.stop(self.running)
        for run in self.running:
            self.resource.returned(run.lease, run.told)
        self.running.clear()
        self.resource.put_back()
        self.resource.forget()
        self.resource.close()


@pytest.fixture(params=WORLDS, ids=["files", "shared rows", "own rows"])
def audit(request: pytest.FixtureRequest, tmp_path: Path) -> Audit:
    world: World = request.param(tmp_path)
    world.resource.keep(str(tmp_path / "project"))
    return Audit(world, str(tmp_path))


def first_of(audit: Audit) -> str:
    return min(audit.before)


def test_it_keeps_to_what_is_checked_of_resources_of_packages(audit: Audit) -> None:
    assert checked(audit.resource, set()) is audit.resource


def test_what_an_execution_changed_and_made_is_back_when_it_is_over(audit: Audit) -> None:
    run = audit.begin("e00001")
    for name in (first_of(audit), "new"):
        audit.change(run, name, "changed")
    changed = audit.end(run)
    assert sorted(map(audit.world.short, changed)) == sorted((first_of(audit), "new"))
    assert audit.world.state() == audit.before
    assert (audit.world.leftovers(), list(audit.resource.troubles())) == ([], [])


def test_what_nobody_told_of_is_found_and_is_back_once_it_is_known_whose_doing_it_was(audit: Audit) -> None:
    name, tag = first_of(audit), "e00001"
    for _ in range(2):
        run = audit.begin(tag)
        audit.world.change_silently(run, name, "changed")
        if not audit.is_doubted(run):
            break
        audit.put_back(run, audit.world.place.folder.put_aside(tag))
    else:
        pytest.fail("it is never known")
    assert run.touches is not run.lease.own
    assert tuple(map(audit.world.short, audit.put_back(run, tag))) == (name,)
    assert (audit.world.state(), audit.world.leftovers()) == (audit.before, [])


def test_each_finds_what_was_there_before_any(audit: Audit) -> None:
    name = first_of(audit)
    audit.run("e00001", name, "first")
    second = audit.begin("e00002")
    assert audit.world.meets(second, name) == audit.before[name]
    assert audit.end(second) == ()


def test_who_has_nothing_of_its_own_meets_the_others_and_is_known_for_it(audit: Audit) -> None:
    name = first_of(audit)
    first, second = audit.begin("e00001"), audit.begin("e00002")
    audit.change(first, name, "first")
    meets = audit.world.meets(second, name) == "first"
    assert meets is not first.lease.own
    assert first.touches is meets


def test_what_several_changed_is_back_behind_the_last_of_them(audit: Audit) -> None:
    name = first_of(audit)
    first, second = audit.begin("e00001"), audit.begin("e00002")
    audit.change(first, name, "first")
    audit.change(second, name, "second")
    audit.end(first)
    audit.end(second)
    assert (audit.world.state(), audit.world.leftovers()) == (audit.before, [])


def test_what_the_user_changes_while_nothing_runs_stays(audit: Audit) -> None:
    name = first_of(audit)
    audit.run("e00001", name, "first")
    other = max(audit.before)
    for each in (name, other):
        audit.world.edit(each, "edited")
    audit.run("e00002", name, "second")
    assert audit.world.state() == {**audit.before, name: "edited", other: "edited"}


def test_nothing_is_left_of_an_audit_that_ends_early(audit: Audit) -> None:
    for tag in ("e00001", "e00002"):
        audit.change(audit.begin(tag), first_of(audit), tag)
    audit.stop()
    assert (audit.world.state(), audit.world.leftovers()) == (audit.before, [])
    audit.resource.close()
    assert audit.world.state() == audit.before


def test_whoever_comes_behind_a_kill_puts_back_what_was_left(audit: Audit) -> None:
    run = audit.begin("e00001")
    audit.change(run, first_of(audit), "changed")
    another = audit.world.made()
    done = another.recover(run.told)
    another.forget()
    assert (audit.world.state(), audit.world.leftovers()) == (audit.before, [])
    assert len(done.changed) == (0 if run.lease.own else 1)
    assert (tuple(done.troubles), list(another.troubles())) == ((), [])


@pytest.mark.parametrize("audit", WORLDS[:2], indirect=True, ids=["files", "shared rows"])
def test_what_cannot_be_put_back_is_told_and_tried_again(audit: Audit) -> None:
    run = audit.begin("e00001")
    audit.change(run, first_of(audit), "changed")
    audit.end(run, locked=True)
    (trouble,) = audit.resource.troubles()
    assert "could not be put back" in trouble
    audit.world.lock(locked=False)
    assert len(audit.resource.put_back()) == 1
    assert (audit.world.state(), list(audit.resource.troubles())) == (audit.before, [])
