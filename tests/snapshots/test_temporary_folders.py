"""Files below a folder of pytest's: what differs in them is seen by relative path, and put back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from leakcheck.recorder.comparing import differ
from leakcheck.snapshots.markers import MISSING, FileContent
from leakcheck.snapshots.temporary_folders import put_back, read, read_one

Act = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that a fixture has made in the folder of an execution."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = tmp_path / "lc-audit" / "repo0"
    (made / "objects").mkdir(parents=True)
    (made / "HEAD").write_text("main")
    (made / "objects" / "aa").write_text("aa")
    return made


ACTS: dict[str, tuple[Act, str]] = {
    "set": (lambda folder: (folder / "HEAD").write_text("other"), "/HEAD"),
    "deleted": (lambda folder: (folder / "objects" / "aa").unlink(), "/objects/aa"),
    "made": (lambda folder: (folder / "objects" / "bb").write_text("bb"), "/objects/bb"),
    "replaced": (lambda folder: (folder / "HEAD").rename(folder / "old"), "/old"),
    "folder": (lambda folder: (folder / "empty").mkdir(), "/empty"),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_differs_is_put_back(folder: Path, name: str) -> None:
    act, key = ACTS[name]
    before = read(folder)
    act(folder)
    now = read(folder)
    assert now.get(key, MISSING) != before.get(key, MISSING)
    assert read_one(folder, key) == now.get(key, MISSING)
    for each in {**before, **now}:
        if before.get(each, MISSING) != now.get(each, MISSING):
            put_back(folder, each, before.get(each, MISSING))
    assert read(folder) == before


def test_a_file_goes_by_no_name(folder: Path) -> None:
    assert read(folder / "HEAD") == {None: FileContent(b"main")}
    put_back(folder / "HEAD", None, FileContent(b"other"))
    assert (folder / "HEAD").read_text() == "other"


def test_a_large_file_is_seen_and_not_put_back(folder: Path) -> None:
    (folder / "large").write_bytes(b"x" * 200_000)
    large = read(folder)["/large"]
    (folder / "large").write_bytes(b"y" * 200_000)
    assert read(folder)["/large"] != large
    with pytest.raises(ValueError, match="large"):
        put_back(folder, "/large", large)


def test_elsewhere_nothing_is_looked_at_or_written(folder: Path, tmp_path: Path) -> None:
    users = tmp_path / "mine"
    users.mkdir()
    (users / "note").write_text("mine")
    assert read(users) == {}
    assert read_one(users, "/note") is MISSING
    put_back(users, "/note", FileContent(b"theirs"))
    put_back(users, "/note", MISSING)
    assert (users / "note").read_text() == "mine"


def test_a_link_to_elsewhere_is_not_followed(folder: Path, tmp_path: Path) -> None:
    users = tmp_path / "mine"
    users.write_text("mine")
    os.symlink(users, folder / "link")
    assert read(folder)["/link"] == f"link to {users}"
    put_back(folder, "/link", FileContent(b"theirs"))
    assert users.read_text() == "mine"


def test_a_file_that_is_as_it_was_is_no_difference(folder: Path) -> None:
    before, now = read(folder), read(folder)
    assert not [key for key in before if differ(before[key], now[key])]
    (folder / "HEAD").write_text("next")
    assert [key for key in before if differ(before[key], read(folder)[key])] == ["/HEAD"]
