"""Whether executions can have views of their own is tried before anything runs, and said in one sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from leakcheck.errors import UsageError
from leakcheck.recorder.outside.views import ASKED, LAYER, MARK, REFUSED, UPPER
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Outside
from leakcheck.workspace.own_views import OwnViews
from leakcheck.workspace.resource import AuditPlace, Wanted
from leakcheck.workspace.resources.files import Resource as Files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir(mode=0o700)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    return folder


def files(root: Path, views: Wanted) -> Files:
    audit, scratch = AuditFolder.create(root / ".leakcheck"), AuditFolder(root.parent / "scratch")
    audit.begin("audit")
    return Files(AuditPlace(audit, "salt", scratch, views))


def layer(root: Path, tag: str) -> Path:
    """As a process would have left it."""
    place = root.parent / "scratch" / f"{LAYER}{tag}-1"
    (place / UPPER).mkdir(parents=True)
    (place / MARK).write_text(str(root))
    return place / UPPER


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
def test_it_is_tried_and_nothing_of_that_stays(root: Path) -> None:
    OwnViews.begin(str(root.parent / "scratch"), str(root), str(root / ".leakcheck"), ())
    assert os.listdir(root) == ["a.txt"]
    assert os.listdir(root.parent / "scratch") == [ASKED]


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
def test_a_file_of_two_names_is_told_by_both(root: Path) -> None:
    (root / "b.txt").hardlink_to(root / "a.txt")
    with pytest.raises(UsageError, match=r"a\.txt and .*b\.txt are one file"):
        files(root, "surely").keep(str(root))


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
def test_a_name_outside_is_no_second_one(root: Path) -> None:
    (root.parent / "b.txt").hardlink_to(root / "a.txt")
    files(root, "surely").keep(str(root))


@pytest.mark.skipif(sys.platform != "linux", reason="where it is tried")
@pytest.mark.processes
def test_who_only_would_like_to_have_them_is_told_why_not(root: Path) -> None:
    (root / "b.txt").hardlink_to(root / "a.txt")
    found = files(root, "if possible")
    found.keep(str(root))
    (told,) = found.left(str(root))
    assert told.startswith("executions take turns where they change the same files: ")


def test_another_system_has_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(UsageError, match="that takes Linux"):
        OwnViews.begin(str(root.parent / "scratch"), str(root), str(root / ".leakcheck"), ())


def test_what_a_view_holds_is_returned_by_name_and_nobody_waits(root: Path) -> None:
    found = files(root, "not")
    found.views = OwnViews(str(root.parent / "scratch"))
    lease = found.lease("e00001")
    upper = layer(root, "e00001")
    (upper / "a.txt").write_text("another")
    event = Outside("own file", str(root / "a.txt"))
    assert not lease.is_met(event)
    assert found.returned(lease, [event]) == (str(root / "a.txt"),)
    assert found.put_back() == ()
    assert (root / "a.txt").read_text() == "a"


def test_why_a_process_had_none_is_told_once(root: Path) -> None:
    scratch = root.parent / "scratch"
    (scratch / REFUSED).write_text("it has threads\nit has threads\n")
    assert OwnViews(str(scratch)).refused() == ("it has threads",)


def test_nobody_gets_one_any_more(root: Path) -> None:
    found = files(root, "not")
    assert not found.share("there are none")
    (root.parent / "scratch" / ASKED).write_text("{}")
    found.views = OwnViews(str(root.parent / "scratch"))
    assert found.share("with them, outcomes differ")
    assert not found.share("once more")
    assert list(found.left(str(root))) == [
        "executions take turns where they change the same files: with them, outcomes differ"
    ]
