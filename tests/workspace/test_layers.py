"""What a layer holds: everything that differs, by whatever means, and nothing that does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.recorder.outside.views import UPPER, WORK
from leakcheck.workspace.layers import changes

FILES = {
    "kept.txt": "kept",
    "opened.txt": "opened",
    "written.txt": "before",
    "mode.txt": "mode",
    "gone.txt": "gone",
    "folder/one.txt": "one",
    "folder/deep/two.txt": "two",
    "again/old.txt": "old",
    "again/same.txt": "same",
    "moved/three.txt": "three",
}
WAYS = [
    pytest.param(False, marks=pytest.mark.skipif("os.geteuid() != 0", reason="takes root")),
    True,
]


def layer(tmp_path: Path, what: str, *, user: bool) -> set[str]:
    """What differs in a layer over `FILES` behind the lines `what`, which run in the project."""
    root, place = tmp_path / "root", tmp_path / "layer"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for each in (place / UPPER, place / WORK):
        each.mkdir(parents=True)
    before = {path: path.stat() for path in root.rglob("*")}
    begin = f"""
        import os, shutil, subprocess
        from leakcheck.recorder.outside import namespaces
        had = namespaces.rights()
        namespaces.leave_mounts(user={user})
        namespaces.cover({str(root)!r}, {str(place)!r}, "", user={user})
        namespaces.keep_rights(had)
        os.chdir({str(root)!r})
    """
    began = time.time_ns()
    code = dedent(begin) + dedent(what)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path: (found.st_mtime_ns, found.st_ino) for path, found in before.items()} == {
        path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in root.rglob("*")
    }
    found = list(changes(str(place / UPPER), str(root)))
    assert all(began - 1e9 < each.clock < time.time_ns() + 1e9 for each in found)
    return {os.path.relpath(each.path, root) for each in found}


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
@pytest.mark.parametrize("user", WAYS)
def test_what_was_changed_is_what_it_holds(tmp_path: Path, *, user: bool) -> None:
    what = """
        open("opened.txt", "a").close()
        open("written.txt", "w").write("behind")
        os.chmod("mode.txt", 0o600)
        os.unlink("gone.txt")
        subprocess.run(["sh", "-c", "mkdir new; echo x > new/made.txt; ln -s kept.txt link"], check=True)
        os.mkdir("__pycache__")
        open("__pycache__/kept.pyc", "w").close()
    """
    assert layer(tmp_path, what, user=user) == {"written.txt", "mode.txt", "gone.txt", "new/made.txt", "link"}


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
@pytest.mark.parametrize("user", WAYS)
def test_a_folder_that_is_gone_takes_what_it_held(tmp_path: Path, *, user: bool) -> None:
    what = """
        shutil.rmtree("folder")
        shutil.rmtree("again")
        os.mkdir("again")
        open("again/same.txt", "w").write("same")
        open("again/new.txt", "w").write("new")
    """
    there = {"folder", "folder/one.txt", "folder/deep", "folder/deep/two.txt"}
    assert layer(tmp_path, what, user=user) == there | {"again/old.txt", "again/new.txt"}


@pytest.mark.usefixtures("own_views")
@pytest.mark.processes
@pytest.mark.parametrize("user", WAYS)
def test_a_folder_that_is_moved_is_gone_and_there(tmp_path: Path, *, user: bool) -> None:
    found = layer(tmp_path, 'shutil.move("moved", "elsewhere")', user=user)
    assert {"moved", "moved/three.txt"} <= found
    assert found - {"moved", "moved/three.txt"} <= {"elsewhere", "elsewhere/three.txt"} != set()
