"""Files are put back from their copies, or the copies are kept."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Outside
from leakcheck.workspace.touched_files import TouchedFiles

SALT = "f" * 32


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    (tmp_path / "undo" / "e1").mkdir(parents=True)
    return tmp_path / "undo"


def kept(copies: Path, path: Path, text: str, at: float = 0.0) -> Outside:
    """`path` held `text`; a copy of that is kept."""
    copy = copies / "e1" / f"{path.name}-{at}"
    copy.write_text(text)
    return told(path, str(copy), at)


def told(path: Path, copy: str = "", at: float = 0.0) -> Outside:
    """What the recorder tells of `path`, in a project that is the folder of the test."""
    root = next(str(each.parent) for each in (path, *path.parents) if each.parent.name.startswith("test_"))
    return proven(Outside("file", str(path), copy, at, root=root), undo_key(SALT))


def test_the_earliest_copy_counts_and_no_copy_is_left(tmp_path: Path, copies: Path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("now, and longer")
    disk = TouchedFiles(AuditFolder(copies.parent), SALT)
    disk.remember([kept(copies, path, "later", 2.0), kept(copies, path, "before", 1.0)])
    assert disk.put_back() == (str(path),)
    disk.forget_copies()
    assert (path.read_text(), copies.exists(), list(disk.troubles())) == ("before", False, [])


def test_what_cannot_be_put_back_keeps_its_copy_is_told_and_tried_again(tmp_path: Path, copies: Path) -> None:
    path = tmp_path / "folder" / "data.txt"
    path.parent.write_text("a file where the folder was")
    disk = TouchedFiles(AuditFolder(copies.parent), SALT)
    disk.remember([kept(copies, path, "before")])
    assert disk.put_back() == ()
    disk.forget_copies()
    (told,) = disk.troubles()
    assert told.startswith(f"{path} was changed by tests and could not be put back (")
    assert Path(told.rpartition(" ")[2]).read_text() == "before"

    path.parent.unlink()
    assert disk.put_back() == (str(path),)
    disk.forget_copies()
    assert (path.read_text(), copies.exists()) == ("before", False)


def test_where_no_room_is_left_the_copy_takes_the_place_of_the_file(
    tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "data.txt"
    path.write_text("now")
    disk = TouchedFiles(AuditFolder(copies.parent), SALT)
    disk.remember([kept(copies, path, "before")])
    monkeypatch.setattr(shutil, "copyfileobj", full)
    assert disk.put_back() == (str(path),)
    assert path.read_text() == "before"


def test_what_was_not_there_is_removed(tmp_path: Path, copies: Path) -> None:
    path = tmp_path / "new.txt"
    path.touch()
    disk = TouchedFiles(AuditFolder(copies.parent), SALT)
    disk.remember([told(path)])
    assert disk.put_back() == (str(path),)
    assert not path.exists()


def test_copies_that_somebody_was_killed_over_are_removed(tmp_path: Path, copies: Path) -> None:
    disk = TouchedFiles(AuditFolder(copies.parent), SALT)
    (disk.folder.undone / "e1").mkdir(parents=True)
    assert disk.folder.has_copies()
    disk.forget_copies()
    assert not disk.folder.has_copies()
