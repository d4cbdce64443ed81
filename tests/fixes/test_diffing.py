"""Patches as `git apply` takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leakcheck.fixes.diffing import diff_of, replaced


def test_equal_texts_have_no_difference() -> None:
    assert diff_of({"a.py": "a\n"}, {"a.py": "a\n"}) == ""


def test_a_patch_names_files_from_the_top_of_the_repository() -> None:
    patch = diff_of({"a.py": "a\n"}, {"a.py": "b\n"}, "app/")
    assert patch.startswith("diff --git a/app/a.py b/app/a.py\n--- a/app/a.py\n+++ b/app/a.py\n@@ -1 +1 @@\n")


@pytest.mark.processes
@pytest.mark.parametrize("after", ["b\n", "b", "a\n\x0cb\n", "a\r\nb\r\n", ""])
def test_git_makes_it_and_takes_it_back(after: str, tmp_path: Path) -> None:
    before = {"a.py": "a\nc", "new.py": None}
    wanted = {"a.py": after, "new.py": "n\n"}
    (tmp_path / "a.py").write_bytes(b"a\nc")
    patch = diff_of(before, wanted)
    _git(tmp_path, patch)
    assert {name: (tmp_path / name).read_bytes().decode() for name in wanted} == wanted
    _git(tmp_path, patch, "-R")
    assert (tmp_path / "a.py").read_bytes() == b"a\nc"
    assert not (tmp_path / "new.py").exists()


def _git(folder: Path, patch: str, *more: str) -> None:
    subprocess.run(["git", "apply", *more, "-"], cwd=folder, input=patch.encode(), check=True, capture_output=True)


def test_lines_that_stand_often_are_not_told_as_changed() -> None:
    before = "".join(f"def test_{number}():\n    app = create()\n    {number}\n" for number in range(100))
    after = before.replace(
        "def test_50():\n    app = create()\n    50\n", "def test_x():\n    app = create()\n    x\n"
    )
    changed = [line for line in diff_of({"a.py": before}, {"a.py": after}).splitlines()[4:] if line[0] != " "]
    assert changed == ["-def test_50():", "+def test_x():", "-    50", "+    x"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nx\nb\nc\n"), ("a\nb\n", "x\na\ny\nb\n"), ("a\nb\n", "a\nb\nx\n"), ("a\nb\nc\n", "c\n"),
        ("a\n", "x\na\ny\n"), (None, "n\n"), ("a\nb\nc\nd\n", "a\nB\nx\nc\nD\n"), ("a\n", "a\n"),
    ],
)  # fmt: skip
def test_lines_in_place_of_lines_come_to_the_same(before: str | None, after: str) -> None:
    parts = list(replaced({"a.py": before}, {"a.py": after}))
    lines = (before or "").splitlines()
    for part in reversed(parts):
        lines[part.line - 1 : part.line - 1 + part.removed] = part.lines
    assert lines == after.splitlines()
    assert all(part.removed for part in parts) or before is None
    taken = [number for part in parts for number in range(part.line, part.line + part.removed)]
    assert len(set(taken)) == len(taken)
