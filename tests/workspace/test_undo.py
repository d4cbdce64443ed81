"""Files, folders and links are put back from the copies that were kept before they changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from leakcheck.recorder.outside.file_copies import MAX_COPY, below, keep, located
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.recorder.segment import Segment
from leakcheck.store import AuditFolder
from leakcheck.wire.events import FORMAT, UNKEPT, Header, Outside, signature
from leakcheck.workspace.touched_files import TouchedFiles
from leakcheck.workspace.undo import Copies, put_back

SALT = "f" * 32


def tree(folder: Path) -> Mapping[str, tuple[int, str]]:
    """path -> (mode, content or target) of everything below `folder`."""
    found = {}
    for path in sorted(folder.rglob("*")):
        content = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
        found[path.relative_to(folder).as_posix()] = (path.lstat().st_mode, content)
    return found


def furnished(folder: Path) -> Path:
    (folder / "full" / "deep").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "full" / "deep" / "file").write_text("deep")
    (folder / "file").write_text("file")
    (folder / "other").write_text("other")
    (folder / "link").symlink_to("file")
    return folder


def kept(folder: Path, copies: Path, *names: str) -> list[Outside]:
    """What the recorder tells of paths that are about to change."""
    return [
        told(folder, name, keep(str(folder / name), str(copies / str(number))), number)
        for number, name in enumerate(names)
    ]


def told(folder: Path, name: str, copy: str = "", at: float = 0.0) -> Outside:
    """What the recorder tells of `name` in the project `folder`."""
    return proven(Outside("file", str(folder / name), copy, at, root=str(folder)), undo_key(SALT))


def undone(touched: list[Outside], folder: Path) -> tuple[set[str], dict[str, str]]:
    """(what had changed, what could not be put back) with copies from anywhere in `folder`."""
    found = put_back(touched, Copies.of(folder))
    return found.changed, found.failed


def swap(folder: Path) -> None:
    (folder / "file").unlink()
    (folder / "file").mkdir()
    (folder / "empty").rmdir()
    (folder / "empty").write_text("no folder any more")


def move(folder: Path) -> None:
    (folder / "full").rename(folder / "moved")


def read_only(folder: Path) -> None:
    (folder / "file").write_text("x")
    (folder / "file").chmod(0o400)


def relink(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").symlink_to("other")


CHANGES: Mapping[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "content": (lambda folder: (folder / "file").write_text("more"), ("file",)),
    "same size": (lambda folder: (folder / "file").write_text("elif"), ("file",)),
    "mode": (lambda folder: (folder / "file").chmod(0o600), ("file",)),
    "read only": (read_only, ("file",)),
    "gone": (lambda folder: (folder / "file").unlink(), ("file",)),
    "new": (lambda folder: (folder / "new").write_text("x"), ("new",)),
    "new folders": (lambda folder: (folder / "new" / "deep").mkdir(parents=True), ("new", "new/deep")),
    "a tree gone": (lambda folder: shutil.rmtree(folder / "full"), ("full", "full/deep", "full/deep/file")),
    "moved": (move, ("full", "full/deep", "full/deep/file", "moved", "moved/deep", "moved/deep/file")),
    "an empty folder gone": (lambda folder: (folder / "empty").rmdir(), ("empty",)),
    "link": (relink, ("link",)),
    "link gone": (lambda folder: (folder / "link").unlink(), ("link",)),
    "folders for files": (swap, ("file", "empty")),
    "nothing": (lambda folder: None, ("file", "full", "link", "new")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_everything_is_as_it_was(tmp_path: Path, name: str) -> None:
    change, names = CHANGES[name]
    folder = furnished(tmp_path / "project")
    before, time = tree(folder), (folder / "file").stat().st_mtime_ns
    touched = kept(folder, tmp_path / "copies", *names)
    change(folder)
    assert name == "nothing" or tree(folder) != before
    changed, failed = undone(touched, tmp_path)
    assert tree(folder) == before
    assert (folder / "file").stat().st_mtime_ns == time
    assert not failed
    assert bool(changed) == (name not in ("nothing", "new folders"))


def test_the_earliest_copy_counts(tmp_path: Path) -> None:
    folder = furnished(tmp_path / "project")
    first = kept(folder, tmp_path / "one", "file")
    (folder / "file").write_text("second")
    second = [replace(each, at=each.at + 1) for each in kept(folder, tmp_path / "two", "file")]
    undone([*second, *first], tmp_path)
    assert (folder / "file").read_text() == "file"


def test_a_copy_never_takes_the_place_of_another(tmp_path: Path) -> None:
    folder = furnished(tmp_path / "project")
    names = [keep(str(folder / name), str(tmp_path / "copies" / "1")) for name in ("file", "other")]
    assert [Path(name).read_text() for name in names] == ["file", "other"]


def test_what_cannot_be_kept_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert keep(str(tmp_path / "pipe"), str(tmp_path / "copy")) == UNKEPT
    assert undone([told(tmp_path, "pipe", UNKEPT)], tmp_path) == (set(), {})
    assert (tmp_path / "pipe").exists()


def test_what_is_too_large_is_told(tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as stream:
        stream.truncate(MAX_COPY + 1)
    assert keep(str(path), str(tmp_path / "copy")) == UNKEPT
    assert undone([told(tmp_path, "large.bin", UNKEPT)], tmp_path) == (
        set(),
        {str(path): "it is too large to keep a copy"},
    )


def test_nothing_else_is_ever_deleted(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "of somebody else").write_text("x")
    found = put_back([told(tmp_path, "new")], Copies.of(tmp_path))
    assert found.held == {str(tmp_path / "new")}
    assert (tmp_path / "new" / "of somebody else").exists()


def test_where_a_path_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = furnished(tmp_path.resolve() / "project")
    monkeypatch.chdir(folder)
    assert located("link") == str(folder / "link")
    assert located("link", follow=True) == str(folder / "file")
    descriptor = os.open(folder / "full", os.O_RDONLY)
    try:
        assert located("deep", descriptor) == str(folder / "full" / "deep")
        assert located(descriptor) == str(folder / "full")
    finally:
        os.close(descriptor)
    assert located("deep", descriptor) is None
    assert sorted(below(str(folder / "full"))) == [
        str(folder / "full" / "deep"),
        str(folder / "full" / "deep" / "file"),
    ]
    assert list(below(str(folder / "file"))) == []


@pytest.mark.parametrize("foreign", [False, True])
def test_what_imports_changed_is_put_back_unless_somebody_else_changed_it_since(
    tmp_path: Path, foreign: bool
) -> None:
    folder = furnished(tmp_path / "project")
    disk = TouchedFiles(AuditFolder.create(tmp_path / "audits"), SALT)
    segment = Segment(str(disk.folder.segment("before-1")))
    segment.write(Header(FORMAT, "before-1"))
    for each in kept(folder, disk.folder.path / "before-1", "file"):
        segment.write(each)
    (folder / "file").write_text("imported")
    settled = Outside("settled", str(folder / "file"), signature(str(folder / "file")), root=str(folder))
    disk.remember([proven(settled, undo_key(SALT))])
    if foreign:
        (folder / "file").write_text("by somebody else")
    disk.put_back_the_start()
    assert (folder / "file").read_text() == ("by somebody else" if foreign else "file")
    assert disk.folder.tags() == []


def test_a_process_that_ended_before_it_told_anything_left_nothing_to_put_back(tmp_path: Path) -> None:
    disk = TouchedFiles(AuditFolder.create(tmp_path / "audits"), SALT)
    disk.folder.segment("before-1").touch()
    disk.put_back_the_start()
    assert disk.folder.tags() == []


def test_a_file_that_is_another_one_by_a_second_name_is_not_written_to(tmp_path: Path) -> None:
    folder, outside = furnished(tmp_path / "project"), tmp_path / "outside"
    outside.write_text("not of this project")
    touched = kept(folder, tmp_path / "copies", "file")
    (folder / "file").unlink()
    os.link(outside, folder / "file")
    undone(touched, tmp_path)
    assert ((folder / "file").read_text(), outside.read_text()) == ("file", "not of this project")


def test_a_link_on_the_way_is_not_gone_through(tmp_path: Path) -> None:
    folder, outside = furnished(tmp_path / "project"), furnished(tmp_path / "outside")
    touched = [*kept(folder, tmp_path / "copies", "full/deep/file"), told(folder, "full/deep/new")]
    (folder / "full").rename(folder / "away")
    (folder / "full").symlink_to(outside / "full")
    (outside / "full" / "deep" / "file").write_text("of somebody else")
    (outside / "full" / "deep" / "new").write_text("too")
    changed, failed = undone(touched, tmp_path)
    assert (changed, set(failed)) == (set(), {each.name for each in touched})
    assert (outside / "full" / "deep" / "file").read_text() == "of somebody else"
    assert (outside / "full" / "deep" / "new").exists()
