from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from leakcheck.workspace.revision import revision_of

pytestmark = pytest.mark.processes
AS = ("-c", "user.name=A", "-c", "user.email=a@example.com")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *AS, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def test_a_branch_a_commit_and_what_is_packed(project: Path) -> None:
    commit = git(project, "rev-parse", "HEAD")
    (project / "tests").mkdir()
    assert revision_of(project / "tests") == commit[:12]
    git(project, "pack-refs", "--all")
    assert revision_of(project) == commit[:12]
    git(project, "checkout", "-q", "--detach")
    assert revision_of(project) == commit[:12]


def test_a_work_tree(project: Path) -> None:
    git(project, "worktree", "add", "-q", "-b", "other", "../beside")
    beside = project.parent / "beside"
    git(beside, "commit", "-q", "--allow-empty", "-m", "second")
    assert revision_of(beside) == git(beside, "rev-parse", "HEAD")[:12]
    assert revision_of(beside) != revision_of(project)


@pytest.mark.parametrize("head", ["", "ref: refs/heads/none", "nonsense", "ref: ../../../../etc/passwd", "\x00"])
def test_what_is_none(tmp_path: Path, head: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text(head, "utf-8")
    assert revision_of(tmp_path) == ""
    (tmp_path / "file").mkdir()
    (tmp_path / "file/.git").write_text("gitdir: elsewhere", "utf-8")
    assert revision_of(tmp_path / "file") == ""
