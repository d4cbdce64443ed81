"""`leakcheck init`: what it shows, what it asks, what it writes, and that it overwrites nothing."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from ci.steps import schema
from leakcheck.options import find_config
from support import Ended, Project, contents, environment, leakcheck, run

SUITE = {
    "tests/test_a.py": """
        import os

        def test_a():
            assert "X" not in os.environ
            os.environ["X"] = "1"
    """
}
PYPROJECT = '# ours\n[project]\nname = "shop"\nversion = "1"'


def files(folder: Path) -> dict[str, bytes]:
    return {name: text for name, text in contents(folder).items() if not name.startswith((".leakcheck/", ".venv/"))}


def answered(folder: Path, answers: str, *arguments: str) -> Ended:
    """`leakcheck init` in a terminal in which somebody answers."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "leakcheck", "init", *arguments]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=theirs, stdout=pipe, stderr=pipe, text=True
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    stdout, stderr = process.communicate(timeout=60)
    os.close(ours)
    return Ended(process.returncode, stdout, stderr)


def test_where_nobody_can_be_asked_it_only_shows() -> None:
    with Project({**SUITE, "pyproject.toml": PYPROJECT}).folder() as folder:
        (folder / ".venv/bin").mkdir(parents=True)
        (folder / ".venv/bin/python").touch()
        before = files(folder)
        ended = leakcheck(folder, "init")
        assert (ended.code, ended.stderr) == (0, "")
        assert ended.stdout == (
            "What leakcheck would write here; what is there already is left alone.\n"
            "\n"
            "+ pyproject.toml, at its end:\n"
            "  [tool.leakcheck]\n"
            '  paths = ["tests"]\n'
            '  python = ".venv/bin/python"\n'
            '  profile = "standard"  # "quick" asks less, "thorough" more\n'
            '  fail-on = "error"\n'
            "\n"
            "Nothing is written where nobody can be asked: `leakcheck init --yes` writes it.\n"
        )
        assert files(folder) == before


def test_the_table_is_added_and_nothing_else_changes() -> None:
    with Project({**SUITE, "pyproject.toml": PYPROJECT}).folder() as folder:
        before = (folder / "pyproject.toml").read_text("utf-8")
        assert leakcheck(folder, "init", "--yes").code == 0
        text = (folder / "pyproject.toml").read_text("utf-8")
        assert text.startswith(before)
        assert tomllib.loads(text)["tool"]["leakcheck"]["paths"] == ["tests"]
        assert find_config(folder) is not None
        again = leakcheck(folder, "init", "--yes")
        assert "= pyproject.toml has a configuration\n" in again.stdout
        assert (folder / "pyproject.toml").read_text("utf-8") == text


@pytest.mark.parametrize(
    "others",
    [{}, {"pyproject.toml": "tool = {black = {}}\n"}, {"pyproject.toml": "no toml\n"}],
    ids=["none", "in braces", "no toml"],
)
def test_else_a_file_of_its_own(others: Mapping[str, str]) -> None:
    with Project({**SUITE, **others}).folder() as folder:
        ended = leakcheck(folder, "init", "--yes")
        if others.get("pyproject.toml") == "no toml\n":
            assert (ended.code, "pyproject.toml" in ended.stderr) == (4, True)
            return
        assert "\n+ leakcheck.toml:\n" in ended.stdout
        assert tomllib.loads((folder / "leakcheck.toml").read_text("utf-8"))["fail-on"] == "error"
        assert {name: (folder / name).read_text("utf-8") for name in others} == dict(others)


def test_paths_that_pytest_knows_are_not_repeated() -> None:
    configured = {**SUITE, "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'}
    with Project(configured).folder() as folder:
        assert "paths =" not in leakcheck(folder, "init").stdout


@pytest.mark.parametrize(
    ("there", "made", "kind"),
    [
        (".github/dependabot.yml", ".github/workflows/leakcheck.yml", "github-workflows"),
        (".gitlab-ci.yml", "leakcheck.gitlab-ci.yml", "gitlab-ci"),
    ],
)
def test_a_file_for_the_service_that_is_used(there: str, made: str, kind: str) -> None:
    with Project({**SUITE, there: "version: 2\n", "requirements.txt": "pytest\n"}).folder() as folder:
        ended = leakcheck(folder, "init", "--yes")
        assert f"\n+ {made}:\n" in ended.stdout
        text = (folder / made).read_text("utf-8")
        assert yaml.safe_load(text)
        assert "-m pip install -r requirements.txt\n" in text
        assert schema(kind, folder / made).code == 0
        assert (folder / there).read_text("utf-8") == "version: 2\n"
        (folder / made).write_text("mine\n", "utf-8")
        assert f"= {made} is there already\n" in leakcheck(folder, "init", "--yes").stdout
        assert (folder / made).read_text("utf-8") == "mine\n"


def test_none_is_written_if_none_is_wanted() -> None:
    with Project({**SUITE, ".gitlab-ci.yml": "a: {script: [b]}\n"}).folder() as folder:
        assert ".gitlab-ci.yml:" not in leakcheck(folder, "init", "--yes", "--ci", "none").stdout
        assert ".github/workflows/leakcheck.yml:" in leakcheck(folder, "init", "--ci", "github").stdout


def test_it_writes_what_was_agreed_to() -> None:
    with Project({**SUITE, ".github/x": ""}).folder() as folder:
        ended = answered(folder, "n\ny\n")
        assert ended.code == 0, ended
        assert not (folder / "leakcheck.toml").exists()
        assert (folder / ".github/workflows/leakcheck.yml").exists()
        assert "Write leakcheck.toml? [Y/n]" in ended.stdout
        assert "Next: leakcheck doctor, then leakcheck run\n" in ended.stdout


def test_what_is_next_can_be_typed_where_leakcheck_is_in_no_path() -> None:
    with Project(SUITE).folder() as folder:
        command = folder / "elsewhere" / "leakcheck"
        command.parent.mkdir()
        command.write_text(
            f"#!{sys.executable}\nfrom leakcheck.cli.main import main\nraise SystemExit(main())\n", "utf-8"
        )
        command.chmod(0o755)
        told = run(folder, str(command), "init", "--yes").stdout
        assert f"Next: {command} doctor, then {command} run\n" in told


def test_behind_an_audit_the_baseline_is_offered() -> None:
    with Project(SUITE).folder() as folder:
        assert leakcheck(folder, "run", "--random", "0").code == 1
        shown = leakcheck(folder, "init", "--yes").stdout
        assert "\n+ leakcheck-baseline.txt:\n" in shown
        assert leakcheck(folder, "report").code == 0
        text = (folder / "leakcheck-baseline.txt").read_bytes()
        assert "= leakcheck-baseline.txt is there already\n" in leakcheck(folder, "init", "--yes").stdout
        assert (folder / "leakcheck-baseline.txt").read_bytes() == text


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/leakcheck.toml").symlink_to(tmp_path / "elsewhere")
    ended = leakcheck(tmp_path / "project", "init", "--yes")
    assert ended.code == 4
    assert "cannot write leakcheck.toml" in ended.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_where_nobody_is_asked_a_long_file_is_shown_by_its_beginning() -> None:
    leaking = "def test_{0}():\n    assert '{0}' not in os.environ\n    os.environ['{0}'] = '1'\n\n"
    suite = {"tests/test_a.py": "import os\n\n" + "".join(leaking.format(f"X{number}") for number in range(14))}
    with Project(suite).folder() as folder:
        assert leakcheck(folder, "run", "--random", "0", "tests").code == 1
        ended = leakcheck(folder, "init", "--yes")
        assert ended.code == 0, ended.text
        written = (folder / "leakcheck-baseline.txt").read_text("utf-8").strip().splitlines()
        left_out = re.search(r"  \.\.\. and (\d+) lines more\n", ended.stdout)
        assert left_out, ended.stdout
        shown = [line.strip() for line in ended.stdout.partition("leakcheck-baseline.txt:\n")[2].splitlines()]
        assert shown[: len(written) - int(left_out[1])] == written[: len(written) - int(left_out[1])]
