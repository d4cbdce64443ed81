"""Whether an audit forked to its end is stored as data; an earlier leakcheck said it in a note alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.audit import result_of
from leakcheck.records import Note, Order, Suite, TestItem, TestRun, Whole
from leakcheck.records.topics import Fallback, Topic
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire.events import (
    Begun,
    Collected,
    Completed,
    Event,
    Exit,
    FellBack,
    Finished,
    Resumed,
    Started,
)

WORDS = Note(Topic.ENGINE, "a fork behaves otherwise: each order runs in a new process")
OTHER = Note(Topic.PROCESS, "a process that everything was forked from was killed")
AGAIN = Resumed("2026-01-01T00:00:00+00:00")


def audit(tmp_path: Path, *told: Event) -> AuditFolder:
    """An audit in which a fork has run the one test, and which has told this."""
    folder = AuditFolder.create(tmp_path)
    folder.begin("audit")
    folder.append("audit", Begun("0.1.0", "2026-01-01T00:00:00+00:00", {"lanes": "1"}), *told, Completed(1.0))
    folder.begin("suite")
    folder.append("suite", Collected(Suite("/p", (), (TestItem("t.py::a", "t.py", 1),), "3.11", "8.0")))
    folder.begin("e00001", Order(Whole(), ("t.py::a",)))
    folder.append("e00001", Started("t.py::a"), Finished(TestRun("t.py::a", "passed")), Completed(0.1))
    folder.close("e00001", Exit("finished", 0, 0.1, "fork"))
    return folder


@pytest.mark.parametrize(
    ("told", "fallback"),
    [
        ((), ""),
        ((OTHER,), ""),
        ((FellBack(Fallback.DIFFERS), WORDS), "differs"),
        ((WORDS,), "unknown"),
        ((FellBack(Fallback.THREADS), WORDS, AGAIN), ""),
        ((WORDS, AGAIN), ""),
        ((AGAIN, FellBack(Fallback.ENDED), WORDS), "ended"),
    ],
    ids=["forked", "killed", "fell back", "in words", "resumed", "in words, resumed", "resumed and fell back"],
)
def test_why_an_audit_did_not_fork(tmp_path: Path, told: tuple[Event, ...], fallback: str) -> None:
    folder = audit(tmp_path, *told)
    assert read_audit(folder).fallback == fallback
    assert result_of(folder).engine == ("spawn" if fallback else "fork")
