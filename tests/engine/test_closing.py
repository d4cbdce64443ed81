"""How executions end whose files must be put back, whatever else runs and whether there is room to say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leakcheck.engine.closing import Closing
from leakcheck.engine.job import Job
from leakcheck.engine.leases import Leases
from leakcheck.errors import CannotRecord
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.records import Order, Whole
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Event, Outside
from leakcheck.workspace.resource import AuditPlace
from leakcheck.workspace.resources.files import Resource as Files

SALT = "f" * 32


class FullFolder(AuditFolder):
    """There is room for as many more events as `room` says."""

    room = 1_000

    def append(self, tag: str, *items: Event) -> None:
        self.room -= len(items)
        if self.room < 0:
            raise CannotRecord("no room")
        super().append(tag, *items)


@dataclass
class Audit:
    folder: FullFolder
    file: Path
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.leases = Leases(self.folder, [Files(AuditPlace(self.folder, SALT))])
        self.closing = Closing(self.folder, self.leases, self.jobs)

    def write(self, tag: str, at: float, text: str) -> Job:
        """An execution that overwrites the file and is over, as far as its processes go."""
        order = Order(Whole(), ("t.py::a",))
        self.folder.begin(tag, order)
        copy = self.folder.undo / tag / "1"
        copy.parent.mkdir(parents=True)
        copy.write_text(self.file.read_text())
        told = Outside("file", str(self.file), str(copy), at, root=str(self.file.parent))
        self.folder.append(tag, proven(told, undo_key(SALT)))
        self.file.write_text(text)
        job = Job(tag, order, "fork", status=0)
        self.leases.give(job)
        return job


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    folder = FullFolder.create(tmp_path / ".leakcheck")
    folder.begin("audit")
    file = tmp_path / "data.txt"
    file.write_text("before")
    return Audit(FullFolder(folder.path), file)


def test_what_disturbed_each_other_is_put_back_with_the_last_of_them(audit: Audit) -> None:
    first, second = audit.write("e00001", 1.0, "first"), audit.write("e00002", 2.0, "second")
    audit.jobs["e00002"] = second
    audit.closing.put_aside(first)
    assert audit.file.read_text() == "second"
    audit.jobs.clear()
    audit.closing.put_aside(second)
    assert (audit.file.read_text(), audit.folder.has_copies()) == ("before", False)
    again = audit.write("e00002", 3.0, "again")
    audit.closing.close(again, audit.folder.read("e00002"))
    assert (audit.file.read_text(), audit.folder.has_copies()) == ("before", False)


def test_files_are_put_back_where_no_room_is_to_put_anything_aside(audit: Audit) -> None:
    job = audit.write("e00001", 1.0, "first")
    audit.folder.room = 0
    with pytest.raises(CannotRecord):
        audit.closing.put_aside(job)
    audit.closing.abandon([])
    assert (audit.file.read_text(), audit.folder.has_copies()) == ("before", False)
