"""What the pages on the guard and on fixes say to type is typed, and does what they say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from programs import needed
from quotes import marked
from support import Ended, Project, run

GUARD, FIXING = "docs/guard.md", "docs/fixing.md"
SUITE = {
    "tests/test_shop.py": """
        import os

        def test_a_region_is_chosen():
            os.environ["SHOP_REGION"] = "north"

        def test_a_basket_is_empty():
            assert not []
    """
}


def bash(text: str, folder: Path) -> list[Ended]:
    """Each line as it stands, in a shell; plugins load as they do for users."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [run(folder, "bash", "-c", line, plugins=True) for line in lines]


@pytest.fixture
def project() -> Iterator[Path]:
    with Project({**SUITE, "pytest.ini": "[pytest]\naddopts = -p no:randomly\n"}).folder() as folder:
        yield folder


def test_the_guard_warns_and_the_run_is_as_without_it(project: Path) -> None:
    (ended,) = bash(marked(GUARD, "a run"), project)
    assert ended.code == 0, ended.text
    assert "environment variable SHOP_REGION" in ended.stdout
    assert "2 passed" in ended.stdout


def test_the_guard_is_switched_on_by_the_configuration() -> None:
    with Project({**SUITE, "pyproject.toml": marked(GUARD, "a configuration")}).folder() as folder:
        (folder / "pytest.ini").unlink()
        ended = run(folder, "pytest", "-p", "no:randomly", plugins=True)
        assert ended.code == 0, ended.text
        assert "environment variable SHOP_REGION" in ended.stdout


def test_by_day_the_guard_fails_who_leaks_and_by_night_an_audit_tells_more(project: Path) -> None:
    guarded, audited = bash(marked(GUARD, "by day and by night"), project)
    assert guarded.code == 1, guarded.text
    assert "ERROR tests/test_shop.py::test_a_region_is_chosen" in guarded.stdout
    assert "test_a_basket_is_empty" not in guarded.stdout.partition("short test summary info")[2]
    assert audited.code == 0, audited.text
    assert re.search(r"L1  latent  1 polluter +environment variable SHOP_REGION", audited.stdout), audited.text


def test_from_the_audit_to_the_fix_and_back(project: Path) -> None:
    needed("git", "install git")
    before = (project / "tests/test_shop.py").read_text("utf-8")
    run(project, "git", "init", "-q", ".")
    audited, listed, shown, written = bash(marked(FIXING, "from the audit to the fix"), project)
    assert [each.code for each in (audited, listed, shown)] == [0, 0, 0], audited.text + shown.text
    assert "environment variable SHOP_REGION: proven" in shown.stdout
    assert written.code in (0, 4), written.text
    if written.code == 4:
        assert "not committed" in written.stderr
        (written,) = bash("leakcheck fix --write --allow-dirty", project)
    assert (project / "tests/test_shop.py").read_text("utf-8") != before
    (undo,) = (line.partition("Undo:")[2].strip() for line in written.stdout.splitlines() if "Undo:" in line)
    assert undo.startswith("git apply -R .leakcheck/")
    subprocess.run(undo.split(), cwd=project, check=True)
    assert (project / "tests/test_shop.py").read_text("utf-8") == before


def test_reports_have_what_was_proven(project: Path) -> None:
    assert bash("leakcheck run tests", project)[0].code == 0
    fixed, reported = bash(marked(FIXING, "in the reports"), project)
    assert (fixed.code, reported.code) == (0, 0), fixed.text + reported.text
    for name in ("leaks.html", "comment.md", "leaks.sarif"):
        assert "monkeypatch.setenv" in (project / name).read_text("utf-8"), name
