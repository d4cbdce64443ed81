"""A copy of a project: all that a suite needs, nothing that leads back, and the user's tree as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from leakcheck.workspace.project_copy import copy_of


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


def names(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_what_a_suite_needs_is_there_and_the_rest_is_not(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    write(project, "shop.py", "tests/data/a.txt", ".env", "pytest.ini")
    write(project, ".git/config", ".venv/pyvenv.cfg", ".venv/lib/x.py", "__pycache__/a.pyc", ".pytest_cache/v")
    write(project, ".leakcheck/20260102-030405-ab12/audit.jsonl", "kept/20260102-030405-ab12/audit.jsonl")
    with copy_of(project) as copy:
        assert copy.root.name == "shop"
        assert names(copy.root) == {"shop.py", "tests/data/a.txt", ".env", "pytest.ini"}
        where = copy.root
    assert not where.parent.exists()


def test_what_links_lead_to_is_not_written_to(tmp_path: Path) -> None:
    project, outside = tmp_path / "shop", tmp_path / "outside.txt"
    write(project, "shop.py")
    outside.write_text("before")
    (project / "link.txt").symlink_to(outside)
    (project / "loop").symlink_to(project)
    (project / "nowhere").symlink_to(tmp_path / "gone")
    with copy_of(project) as copy:
        (copy.root / "link.txt").write_text("after")
        assert names(copy.root) == {"shop.py", "link.txt"}
    assert outside.read_text() == "before"


def test_a_change_of_the_copy_is_taken_back(tmp_path: Path) -> None:
    write(tmp_path, "shop.py")
    with copy_of(tmp_path) as copy:
        texts = {"shop.py": "after", "tests/conftest.py": "new"}
        copy.write(texts)
        assert (copy.root / "tests" / "conftest.py").read_text() == "new"
        copy.reset(texts)
        assert names(copy.root) == {"shop.py"}
        assert (copy.root / "shop.py").read_text() == "shop.py"


@pytest.mark.processes
def test_an_interpreter_imports_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/shop.py", "other/a.py")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'src'}{os.pathsep}{os.sep}elsewhere")
    here = Path.cwd()
    with copy_of(tmp_path) as copy:
        with copy.entered("other", sys.executable):
            assert Path.cwd().resolve() == (copy.root / "other").resolve()
            assert os.environ["PYTHONPATH"].split(os.pathsep)[:2] == [str(copy.root / "src"), f"{os.sep}elsewhere"]
        assert (Path.cwd(), os.environ["PYTHONPATH"].partition(os.pathsep)[0]) == (here, str(tmp_path / "src"))
