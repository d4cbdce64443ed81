"""For which tests further executions were asked for is stored as data; no words are read for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.records import Note, Suite, TestItem
from leakcheck.records.topics import Topic
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire.events import Begun, Collected, Completed, Event, Investigated

SHORT, LONG = "t.py::a[x]", "t.py::a[t.py::a[x] t.py::a[x]"
ASKED = Note(Topic.ASKED, f"one further execution was asked for about {LONG}"), Investigated(LONG)


@pytest.mark.parametrize(("told", "investigated"), [((), set()), (ASKED, {LONG}), (ASKED[:1], set())])
def test_what_was_investigated_is_told_by_an_event(
    tmp_path: Path, told: tuple[Event, ...], investigated: set[str]
) -> None:
    folder = AuditFolder.create(tmp_path)
    folder.begin("audit")
    folder.append("audit", Begun("0.1.0", "2026-01-01T00:00:00+00:00", {}), Completed(1.0), *told)
    folder.begin("suite")
    items = (TestItem(SHORT, "t.py", 1), TestItem(LONG, "t.py", 2))
    folder.append("suite", Collected(Suite("/p", (), items, "3.11", "8.0")))
    assert read_audit(folder).investigated == investigated
