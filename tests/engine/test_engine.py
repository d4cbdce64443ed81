"""What the engine tells of the resources that it has found, without a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.engine import Engine, Launch, Limits
from leakcheck.records import Note
from leakcheck.store import AuditFolder, Leftover, Replay
from workspace.test_resources import installed


def engine(folder: Path) -> Engine:
    audit = AuditFolder.create(folder / "audits")
    audit.begin("audit")
    return Engine(Launch("python", (), audit, str(folder / "scratch"), "salt"), Limits(), 1)


def test_what_is_left_out_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "Queues", "Half")
    (tmp_path / "project").mkdir()
    it = engine(tmp_path)
    it.look_at(str(tmp_path / "project"))
    (note,) = [each for each in it.launch.folder.read("audit") if isinstance(each, Note)]
    assert (note.topic, note.text[:37]) == ("resources", "the resource half of others (others_t")
    assert [each.name for each in it.resources.every] == ["databases", "files", "ports", "queues"]
    it.stop()


def test_what_an_earlier_session_has_changed_is_known(tmp_path: Path) -> None:
    it = engine(tmp_path)
    assert it.take_over(Leftover(Replay(), changed=frozenset({"/data"}))) == ()
    assert it.changed == {"/data"}
