"""The composite action for GitHub: its file by the published schema, its scripts in a real shell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci.steps import EXPRESSION, ROOT, bash, installed_in, loaded, schema, stub
from support import Ended, Project

SUITE = Project(
    {
        "tests/test_a.py": """
            import sys

            SEEN = []

            def test_once():
                print("::error::printed by a test", file=sys.__stdout__, flush=True)
                assert not SEEN
                SEEN.append(1)

            def test_fine():
                pass
        """,
    }
)
ACTION = loaded("action.yml")
INSTALL, AUDIT = ACTION["runs"]["steps"]
OUTPUTS = {
    "json": "leakcheck.json",
    "sarif": "leakcheck.sarif",
    "junit": "leakcheck.junit.xml",
    "markdown": "leakcheck.md",
}


def variables(step: Mapping[str, Any], temp: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a step, as the runner makes it of the inputs."""
    defaults = {f"inputs.{name}": each["default"] for name, each in ACTION["inputs"].items()}
    known = {
        **defaults,
        **{f"inputs.{name}": value for name, value in given.items()},
        "github.action_path": str(ROOT),
    }
    own = {name: EXPRESSION.sub(lambda found: known[found[1]], value) for name, value in step["env"].items()}
    return {
        **own,
        "RUNNER_TEMP": str(temp),
        "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
        "GITHUB_OUTPUT": str(temp / "output.txt"),
    }


def audit(folder: Path, temp: Path, **given: str) -> Ended:
    inputs = {name.replace("_", "-"): value for name, value in given.items()}
    return bash(AUDIT["run"], folder, variables(AUDIT, temp, inputs))


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    installed_in(tmp_path / "leakcheck")
    (tmp_path / "summary.md").write_text("before\n", "utf-8")
    return tmp_path


def test_it_is_an_action_by_the_published_schema() -> None:
    checked = schema("github-actions", ROOT / "action.yml")
    assert checked.code == 0, checked.text


def test_the_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "action.yml"
    wrong.write_text((ROOT / "action.yml").read_text("utf-8").replace("using: composite", "using: magic"), "utf-8")
    assert schema("github-actions", wrong).code == 1


def test_the_inputs_are_those_that_are_documented() -> None:
    assert list(ACTION["inputs"]) == ["paths", "args", "python", "fail-on", "shard", "merge"]
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert not [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in page]


def test_no_input_is_put_into_a_script() -> None:
    """GitHub puts expressions into the text of a script before the shell sees it: a value could be a command."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_an_audit_leaves_reports_annotations_summary_and_the_exit_code(temp: Path) -> None:
    with SUITE.folder() as folder:
        ended = audit(folder, temp, paths="tests\n", args="--random=0\n--lanes=1\n--\n-p\nno:cacheprovider")
        assert ended.code == 1, ended.text
        assert "self-polluting" in (temp / "summary.md").read_text("utf-8")
        assert (temp / "summary.md").read_text("utf-8").startswith("before\n")
        told = dict(line.split("=", 1) for line in (temp / "output.txt").read_text("utf-8").splitlines())
        assert told.pop("exit-code") == "1"
        assert set(told) | {"exit-code", "part"} == set(ACTION["outputs"])
        assert {name: Path(path).name for name, path in told.items()} == OUTPUTS
        assert all(Path(path).stat().st_size for path in told.values())
        assert json.loads(Path(told["json"]).read_text("utf-8"))["suite"]["args"][0] == "tests"
    before, stopped, shown = ended.stdout.partition("::stop-commands::")
    assert not before
    token = shown.partition("\n")[0]
    audited, _, annotations = shown.removeprefix(token).partition(f"::{token}::\n")
    assert stopped
    assert len(token) == 32
    assert "1 self-polluting" in audited
    assert annotations.startswith("::notice title=leakcheck::2 tests: ")
    assert "::error file=tests/test_a.py,line=6,title=LK103%3A " in annotations


def test_shards_leave_parts_and_are_merged(temp: Path) -> None:
    parts = temp / "parts"
    parts.mkdir()
    with SUITE.folder() as folder:
        for number in (1, 2):
            (temp / "output.txt").unlink(missing_ok=True)
            ended = audit(folder, temp, paths="tests", shard=f"{number}/2", fail_on="never", args="--random=0")
            assert ended.code == 0, ended.text
            told = dict(line.split("=", 1) for line in (temp / "output.txt").read_text("utf-8").splitlines())
            assert set(told) == set(ACTION["outputs"])
            assert Path(told["part"]).name == f"leakcheck-{number}-2.leakcheck"
            Path(told["part"]).rename(parts / Path(told["part"]).name)
        ended = audit(folder, temp, paths="tests", merge=str(parts))
    assert ended.code == 1, ended.text
    assert "1 self-polluting" in ended.stdout


def test_the_gate_is_the_one_given(temp: Path) -> None:
    with SUITE.folder() as folder:
        ended = audit(folder, temp, fail_on="never", args="--random=0")
    assert ended.code == 0, ended.text
    assert "exit-code=0\n" in (temp / "output.txt").read_text("utf-8")


def test_an_error_of_usage_is_told_and_writes_no_annotations(temp: Path) -> None:
    with SUITE.folder() as folder:
        ended = audit(folder, temp, args="--no-such-option")
    assert ended.code == 4
    assert "--no-such-option" in ended.stderr
    assert "::notice" not in ended.stdout
    assert "exit-code=4\n" in (temp / "output.txt").read_text("utf-8")


HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "'; touch pwned; '",
    '"; touch pwned; "',
    "a b*?[x] $HOME ~",
    "x\n; touch pwned",
    "${IFS}touch${IFS}pwned",
]


@pytest.mark.parametrize("name", ["paths", "args", "python", "fail_on", "shard", "merge"])
def test_no_input_is_a_command(temp: Path, name: str) -> None:
    with SUITE.folder() as folder:
        ended = audit(folder, temp, **{name: "\n".join(HOSTILE)})
        assert not (folder / "pwned").exists()
    assert ended.code == 4, ended.text
    assert "leakcheck: " in ended.stderr


PIP = """
if [ "$1" = -c ]; then exit 0; fi
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi
printf '%s\\n' "$*" >> "$RUNNER_TEMP/calls.txt"
"""


def test_what_is_installed(tmp_path: Path) -> None:
    given = {**variables(INSTALL, tmp_path, {}), **stub(tmp_path / "stubs", "python3", PIP)}
    ended = bash(INSTALL["run"], tmp_path, given)
    assert ended.code == 0, ended.text
    made, installed = (tmp_path / "calls.txt").read_text("utf-8").splitlines()
    assert made == f"-m venv {tmp_path}/leakcheck"
    assert installed == f"-m pip install --quiet --disable-pip-version-check -- {ROOT}"


def test_an_old_python_is_told(tmp_path: Path) -> None:
    given = {**variables(INSTALL, tmp_path, {}), **stub(tmp_path / "stubs", "python3", "exit 1")}
    ended = bash(INSTALL["run"], tmp_path, given)
    assert ended.code == 4
    assert "::error title=leakcheck::python3 must be 3.11 or newer" in ended.stdout


@pytest.mark.slow
def test_both_steps_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "summary.md").touch()
    with SUITE.folder() as folder:
        installed = bash(INSTALL["run"], folder, variables(INSTALL, tmp_path, {}))
        assert installed.code == 0, installed.text
        ended = audit(folder, tmp_path, args="--random=0")
        assert ended.code == 1, ended.text
