"""Patches as `git apply` takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leakcheck.fixes.diffing import diff_of


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
