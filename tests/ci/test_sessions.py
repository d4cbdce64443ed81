"""The sessions of nox, the hooks of pre-commit and `.ci/run` fit together, and a fast test starts no process."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from ci.steps import ROOT, loaded
from support import Project, run

BIN = Path(sys.executable).parent
FAST = Project(
    {
        "pytest.ini": "[pytest]\nmarkers =\n    acceptance\n    processes\n",
        "tests/test_a.py": """
            import os
            import subprocess
            import sys

            import pytest

            def starts():
                try:
                    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0
                except Exception:
                    pass

            def test_says_nothing():
                starts()

            def test_forks():
                if os.fork() == 0:
                    os._exit(0)

            @pytest.mark.processes
            def test_says_so():
                starts()

            def test_starts_none():
                pass
        """,
        "tests/acceptance/test_b.py": """
            import subprocess
            import sys

            def test_is_marked_by_its_folder(request):
                subprocess.run([sys.executable, "-c", ""], check=True)
                assert request.node.get_closest_marker("acceptance")
        """,
    }
)


@pytest.fixture(scope="module")
def sessions() -> frozenset[str]:
    listed = run(ROOT, str(BIN / "nox"), "--list")
    assert listed.code == 0, listed.text
    return frozenset(re.findall(r"^[*-] (\w+) -> ", listed.stdout, re.MULTILINE))


def test_what_ci_runs_is_a_session(sessions: frozenset[str]) -> None:
    called = re.findall(r"session (\w+)(?: \|\|.*)?$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert {"lint", "page"} == set(called)
    assert set(called) | {"fast", "tests", "full", "bench"} <= sessions


def test_the_hooks_are_as_pre_commit_takes_them() -> None:
    ended = run(ROOT, str(BIN / "pre-commit"), "validate-config", ".pre-commit-config.yaml")
    assert ended.code == 0, ended.text


def test_the_hooks_start_what_is_installed_and_sessions_that_there_are(sessions: frozenset[str]) -> None:
    (repository,) = loaded(".pre-commit-config.yaml")["repos"]
    for hook in repository["hooks"]:
        words = [word for word in shlex.split(hook["entry"]) if word != "env" and "=" not in word]
        assert (BIN / words[0]).exists(), hook
        if words[0] == "nox":
            assert words[-1] in sessions


def test_the_hook_of_imports_finds_the_contracts_of_the_tests() -> None:
    (repository,) = loaded(".pre-commit-config.yaml")["repos"]
    (entry,) = [hook["entry"] for hook in repository["hooks"] if hook["id"] == "lint-imports"]
    ended = run(ROOT, *shlex.split(entry))
    assert ended.code == 0, ended.text


def test_a_fast_test_that_starts_a_process_fails() -> None:
    with FAST.folder() as folder:
        shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests" / "conftest.py")
        ended = run(folder, sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider")
    lines = ended.stdout.splitlines()
    assert "5 tests, 2 of which start processes: about 1 min on two cores" in lines
    assert [line.split()[1] for line in lines if line.startswith("PASSED")] == [
        "tests/acceptance/test_b.py::test_is_marked_by_its_folder",
        "tests/test_a.py::test_says_so",
        "tests/test_a.py::test_starts_none",
    ]
    assert sum(line.startswith("FAILED") for line in lines) == 2
    assert "tests/test_a.py::test_says_nothing starts a process: mark it with" in ended.stdout
