"""Sources of the user's: which may be changed, what is not committed, and writing them whole."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leakcheck.errors import UsageError
from leakcheck.workspace.kept_patches import keep_patch
from leakcheck.workspace.own_sources import read_source, repository_prefix, uncommitted, write_sources


def test_only_python_files_of_the_project_are_read(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    for name in ("a.py", "a.txt", ".venv/lib/b.py", "lib/site-packages/c.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(b"x = 1\r\n")
    (project / ".venv" / "pyvenv.cfg").touch()
    (tmp_path / "outside.py").touch()
    (project / "latin.py").write_bytes("# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    assert read_source(project, "a.py") == "x = 1\r\n"
    others = ("a.txt", ".venv/lib/b.py", "lib/site-packages/c.py", "../outside.py", "gone.py", "latin.py", "a\0.py")
    assert [read_source(project, name) for name in others] == [None] * len(others)


@pytest.mark.processes
def test_what_is_not_committed_is_told(tmp_path: Path) -> None:
    project = tmp_path / "app"
    project.mkdir()
    for name in ("same.py", "changed.py"):
        (project / name).write_text("x = 1\n")
    assert uncommitted(project, ["same.py"]) == ["same.py"]  # nothing is, without a repository
    git = ("git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.example")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "all")):
        subprocess.run([*git, *command], check=True)
    (project / "changed.py").write_text("x = 2\n")
    (project / "new.py").touch()
    assert repository_prefix(project) == "app/"
    assert uncommitted(project, ["same.py", "changed.py", "new.py", "gone.py"]) == ["changed.py", "new.py"]


def test_a_file_keeps_its_mode_and_new_folders_are_made(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    (tmp_path / "a.py").chmod(0o750)
    write_sources(tmp_path, {"a.py": "x = 1\r\n", "tests/conftest.py": "y = 1\n"})
    assert ((tmp_path / "a.py").read_bytes(), (tmp_path / "a.py").stat().st_mode & 0o777) == (b"x = 1\r\n", 0o750)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["a.py", "conftest.py", "tests"]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tests").touch()
    with pytest.raises(UsageError, match=r"cannot write tests/conftest\.py"):
        write_sources(tmp_path, {"tests/conftest.py": ""})


def test_each_patch_is_kept_for_this_user(tmp_path: Path) -> None:
    kept = [keep_patch(tmp_path, text) for text in ("a\n", "b\n")]
    assert [(each.name, each.read_text()) for each in kept] == [("1.patch", "a\n"), ("2.patch", "b\n")]
    assert kept[0].stat().st_mode & 0o077 == 0
