"""Executions of several audits in one folder, each under a number of its own."""

from __future__ import annotations

from pathlib import Path

from leakcheck.records import Behind, Order
from leakcheck.store import AuditFolder, read_audit
from leakcheck.store.joining import copy_suite, join, not_run_by
from leakcheck.store.parts import replacing
from leakcheck.wire import events
from store.parts_made import ROOT, TESTS, audited


def joined(tmp_path: Path, *others: AuditFolder) -> AuditFolder:
    (tmp_path / "whole").mkdir()
    folder = AuditFolder(tmp_path / "whole")
    put = replacing({ROOT: "/elsewhere"})
    folder.begin("audit")
    folder.append("audit", events.Begun("0.1", "2026-01-01T00:00:00+00:00", {}))
    copy_suite(folder, others[0], put)
    join(folder, others, put)
    folder.append("audit", events.Completed(1.0))
    return folder


def test_all_are_there_and_whole(tmp_path: Path) -> None:
    folder = joined(tmp_path, audited(tmp_path / "a", TESTS[:2]), audited(tmp_path / "b", TESTS[2:]))
    audit = read_audit(folder)
    assert audit.finished
    assert not audit.damaged
    assert [each.id for each in audit.executions] == ["e00001", "e00002", "e00003", "e00004"]
    assert [each.order.tests for each in audit.executions] == [(test,) for test in TESTS]
    assert audit.suite.rootdir == "/elsewhere"
    assert [note.text for note in audit.notes] == ["/elsewhere/data.txt is another file now"]


def test_nobody_acts_on_what_a_part_says_of_files(tmp_path: Path) -> None:
    other = audited(tmp_path / "a", TESTS[:1], finished=False)
    other.begin("e00009", Order(Behind(), TESTS[:1]))
    other.append("e00009", events.Outside("file", f"{ROOT}/a.txt", copy="undo/e00009/1", proof="true"))
    other.close("e00009", events.Exit("finished", 0, 0.1))
    folder = joined(tmp_path, other)
    (outside,) = (each for each in folder.read("e00002") if isinstance(each, events.Outside))
    assert (outside.name, outside.copy, outside.proof) == ("/elsewhere/a.txt", events.UNKEPT, "")


def test_what_no_budget_sufficed_for_is_known(tmp_path: Path) -> None:
    one, other = audited(tmp_path / "a", TESTS[:1]), audited(tmp_path / "b", TESTS[:1])
    one.append("audit", not_run_by([]))
    assert not_run_by([one, other]) == not_run_by([])
