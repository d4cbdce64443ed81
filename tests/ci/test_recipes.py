"""What docs/ci.md tells: every command is run, every file is held to its reader."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ci.steps import ROOT, bash, loaded, schema
from support import Ended, Project, environment, leakcheck, run

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCK = re.compile(r"^<!-- (?P<name>[^>]+) -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
BLOCKS = {found["name"]: found["text"] for found in BLOCK.finditer(PAGE)}
SUITE = Project(
    {
        "tests/test_a.py": "def test_a(): pass\n",
        "requirements.txt": "pytest>=8\n",
    }
)


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    """A project with tests, a `.venv`, and an audit."""
    with SUITE.folder() as folder:
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        assert leakcheck(folder, "run", "--random", "0", "tests").code == 0
        yield folder


def command(*arguments: str, folder: Path, **variables: str) -> Ended:
    return run(folder, *arguments, variables=variables)


def test_every_block_has_a_name() -> None:
    assert PAGE.count("```") == 2 * len(BLOCKS)


@pytest.mark.parametrize("name", ["the command", "the formats", "again", "shards"])
def test_commands_run_as_they_stand(project: Path, name: str) -> None:
    for line in BLOCKS[name].splitlines():
        ended = command(*shlex.split(line), folder=project)
        assert ended.code == 0, ended.text
    written = [word for word in shlex.split(BLOCKS[name]) if word.startswith(("leakcheck.", "part"))]
    assert all((project / file).stat().st_size for file in written)


def test_the_step_without_the_action(project: Path) -> None:
    ended = bash(BLOCKS["a step"], project, {"GITHUB_STEP_SUMMARY": str(project / "summary.md")})
    assert ended.code == 0, ended.text
    assert ended.stdout.endswith("::notice title=leakcheck::1 test: none order-dependent%0Ano leak\n")
    assert (project / "summary.md").read_text("utf-8").startswith("### ✓ leakcheck")


def test_the_step_ends_with_the_exit_code(tmp_path: Path) -> None:
    given = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    once = "SEEN = []\ndef test_a():\n    SEEN.append(1)\n    assert len(SEEN) < 2\n"
    with Project({"tests/test_a.py": once}).folder() as folder:
        ended = bash(BLOCKS["a step"], folder, given)
    assert ended.code == 1, ended.text
    assert "::error file=tests/test_a.py" in ended.stdout


@pytest.mark.parametrize("name", ["workflow", "matrix"])
def test_the_workflow_is_one_by_the_schema(tmp_path: Path, name: str) -> None:
    file = tmp_path / "leakcheck.yml"
    file.write_text(BLOCKS[name], "utf-8")
    checked = schema("github-workflows", file)
    assert checked.code == 0, checked.text


def test_the_workflow_names_inputs_and_outputs_that_there_are() -> None:
    action = loaded("action.yml")
    steps = yaml.safe_load(BLOCKS["workflow"])["jobs"]["leakcheck"]["steps"]
    (ours,) = [step for step in steps if step.get("id") == "leakcheck"]
    assert set(ours["with"]) <= set(action["inputs"])
    assert set(re.findall(r"steps\.leakcheck\.outputs\.([\w-]+)", BLOCKS["workflow"])) <= set(action["outputs"])


def test_the_matrix_names_inputs_and_outputs_that_there_are() -> None:
    action = loaded("action.yml")
    jobs = yaml.safe_load(BLOCKS["matrix"])["jobs"]
    ours = [step for job in jobs.values() for step in job["steps"] if "leakcheck@" in step.get("uses", "")]
    assert len(ours) == 2
    assert all(set(step["with"]) <= set(action["inputs"]) for step in ours)
    assert set(re.findall(r"steps\.leakcheck\.outputs\.([\w-]+)", BLOCKS["matrix"])) <= set(action["outputs"])


@pytest.mark.parametrize("name", ["gitlab", "gitlab shards"])
def test_the_pipeline_is_one_by_the_schema(tmp_path: Path, name: str) -> None:
    file = tmp_path / "ci.yml"
    file.write_text(BLOCKS[name], "utf-8")
    checked = schema("gitlab-ci", file, "--data-transform", "gitlab-ci")
    assert checked.code == 0, checked.text
    template = loaded("templates/leakcheck.gitlab-ci.yml")
    jobs = yaml.safe_load(BLOCKS[name])
    for job in (each for each in jobs.values() if isinstance(each, dict)):
        if "extends" in job:
            assert job["extends"] in template
            assert set(job["variables"]) <= set(template[".leakcheck"]["variables"])


@pytest.mark.parametrize("name", ["a plan", "a plan for shards"])
def test_plans_are_made_as_they_stand(project: Path, name: str) -> None:
    lines = [shlex.split(line) for line in BLOCKS[name].splitlines()]
    (made,) = (line for line in lines if line[:2] == ["leakcheck", "order"])
    assert command(*made, "--no-run", folder=project).code == 0
    assert "leakcheck_order" in lines[-1]
    assert (project / "leakcheck_order.py").is_file()


def test_what_workers_ran_is_kept_by_steps() -> None:
    steps = yaml.safe_load(BLOCKS["what workers ran"])
    assert [*map(list, steps)] == [["run"], ["uses", "if", "with"]]
    assert steps[1]["with"]["path"] == ".leakcheck/runs"


@pytest.mark.parametrize("kind", ["manifest", "config"])
def test_pre_commit_knows_the_hook(tmp_path: Path, kind: str) -> None:
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(BLOCKS["pre-commit"].replace("REF", "v0.1.0"), "utf-8")
    file = {"manifest": ROOT / ".pre-commit-hooks.yaml", "config": config}[kind]
    ended = command(sys.executable, "-m", "pre_commit", f"validate-{kind}", str(file), folder=tmp_path)
    assert (ended.code, ended.text) == (0, "")


def test_the_hook_runs_what_leakcheck_takes() -> None:
    (hook,) = loaded(".pre-commit-hooks.yaml")
    (used,) = yaml.safe_load(BLOCKS["pre-commit"])["repos"][0]["hooks"]
    assert used["id"] == hook["id"]
    with SUITE.folder() as folder:
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        for arguments in (hook["args"], used["args"]):
            ended = command(*shlex.split(hook["entry"]), *arguments, folder=folder)
            assert (ended.code, ended.stdout) == (0, "✓ 1 test: none order-dependent\n"), ended.text


def recipe(folder: Path, name: str, file: str) -> None:
    """The recipe as a file of the project, with this checkout in it."""
    (folder / file).write_text(BLOCKS[name].replace("path/to/leakcheck", str(ROOT)), "utf-8")


def test_nox_and_tox_read_the_recipes(tmp_path: Path) -> None:
    recipe(tmp_path, "nox", "noxfile.py")
    recipe(tmp_path, "tox", "tox.ini")
    listed = command(sys.executable, "-m", "nox", "--list", folder=tmp_path)
    assert "leakcheck" in listed.stdout, listed.text
    read = command(sys.executable, "-m", "tox", "config", "-e", "leakcheck", "--", "--random=1", folder=tmp_path)
    assert read.code == 0, read.text
    assert "commands = leakcheck run --random=1 tests" in read.stdout
    assert str(ROOT) in read.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file"), [("nox", "noxfile.py"), ("tox", "tox.ini")])
def test_the_recipes_run(name: str, file: str) -> None:
    with SUITE.folder() as folder:
        recipe(folder, name, file)
        words = shlex.split(BLOCKS[f"{name} by hand"])
        ended = command(sys.executable, "-m", *words, folder=folder)
        assert ended.code == 0, ended.text
        assert "✓ 1 test: none order-dependent" in ended.text


@pytest.mark.slow
def test_the_hook_runs(tmp_path: Path) -> None:
    """pre-commit itself makes the environment, from a repository with what the package is made of."""
    source = tmp_path / "leakcheck"
    for name in ("src", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    revision = committed(source)
    with SUITE.folder() as folder:
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        text = BLOCKS["pre-commit"].replace("path/to/leakcheck", str(source)).replace("REF", revision)
        (folder / ".pre-commit-config.yaml").write_text(text, "utf-8")
        committed(folder)
        words = shlex.split(BLOCKS["pre-commit by hand"])
        home = {"PRE_COMMIT_HOME": str(tmp_path / "home")}
        ended = command(*words, "--all-files", "--verbose", folder=folder, **home)
        assert ended.code == 0, ended.text
        assert "✓ 1 test: none order-dependent" in ended.text


def committed(folder: Path) -> str:
    """A repository of all that is in `folder`: its commit."""
    who = {f"GIT_{role}_{what}": "nobody@local" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {**environment(), **who, "GIT_CONFIG_GLOBAL": os.devnull}
    for words in ("init -q .", "add -A", "commit -q -m all"):
        subprocess.run(["git", *words.split()], cwd=folder, env=env, check=True)
    head = ["git", "rev-parse", "HEAD"]
    return subprocess.run(head, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()
