"""The exercise for newcomers, as CONTRIBUTING.md tells it: one file for each thing that is added, nothing else."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import leakcheck as installed
from support import Ended, Project, leakcheck, run

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILE = re.compile(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", re.DOTALL)
"""A file of the exercise: its name in the sentence that ends before its code."""
SOURCE = "src/leakcheck/"


def commands(page: str) -> list[str]:
    """What the exercise tells to type in the folder of its suite."""
    return re.findall(r"^leakcheck (?:run|report) .+$", page, re.MULTILINE)


def contracts(page: str) -> list[str]:
    """The tests that hold what was added to its contract."""
    (told,) = re.findall(r"`pytest (tests/[^`]+)`", page)
    return shlex.split(told)


@dataclass(frozen=True)
class Done:
    """The exercise behind its last step."""

    package: Path
    audit: Ended
    report: Ended
    result: Mapping[str, Any]

    @property
    def variables(self) -> Mapping[str, str]:
        return {"PYTHONPATH": str(self.package)}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    found = dict(FILE.findall(PAGE))
    assert len(found) == PAGE.count("```python")
    return found


@pytest.fixture(scope="module")
def added(files: Mapping[str, str]) -> dict[str, str]:
    """What is added to the package: name in the package -> code."""
    return {name.removeprefix(SOURCE): code for name, code in files.items() if name.startswith(SOURCE)}


@pytest.fixture(scope="module")
def done(files: Mapping[str, str], added: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Done:
    package = tmp_path_factory.mktemp("exercise")
    source = Path(installed.__file__).parent
    copy = shutil.copytree(source, package / "leakcheck", ignore=shutil.ignore_patterns("__pycache__"))
    for name, code in added.items():
        assert not (copy / name).exists()
        (copy / name).write_text(code, "utf-8")
    suite = Project({name: code for name, code in files.items() if not name.startswith(SOURCE)})
    variables = {"PYTHONPATH": str(package)}
    with suite.folder() as folder:
        first, second = (leakcheck(folder, *shlex.split(line)[1:], variables=variables) for line in commands(PAGE))
        told = leakcheck(folder, "report", "--json", "-", variables=variables)
    return Done(package, first, second, json.loads(told.stdout))


def test_each_is_one_file_in_a_folder_that_is_gone_through(added: Mapping[str, str]) -> None:
    assert sorted(Path(name).parent.as_posix() for name in added) == ["orders", "probes/kinds", "reports/formats"]


def test_the_kind_is_watched_found_and_proven(done: Done) -> None:
    assert done.audit.code == 1, done.audit.text
    assert done.result["certificate"]["kinds"]["coroutine_origin"] == "compared"
    (leak,) = done.result["leaks"]
    assert (leak["kind"], leak["owner"], leak["key"]) == ("coroutine_origin", "sys", "coroutine origin")
    assert leak["victims"] == ["test_origin.py::test_usual"]
    assert [(source["file"], source["function"]) for source in leak["sources"]] == [("test_origin.py", "test_deep")]
    assert [edge["counterfactual"] for edge in done.result["edges"]] == [True]
    assert "the depth of coroutine origins" in done.audit.stdout
    assert "(proven:" in done.audit.stdout


def test_the_order_stands_in_the_table_of_orders(done: Done) -> None:
    assert re.search(r"^  files reversed +3$", done.audit.stdout, re.MULTILINE)
    verdicts = {row["id"]: row["outcomes"]["files reversed"] for row in done.result["tests"]}
    assert list(verdicts.values()) == ["passed"] * 3


def test_the_format_has_an_option(done: Done) -> None:
    assert done.report.code == 1, done.report.text
    assert done.report.stdout.splitlines() == [
        "stable test_nothing.py::test_nothing",
        "stable test_origin.py::test_deep",
        "victim test_origin.py::test_usual",
    ]


def test_the_contracts_of_the_package_hold_for_them(done: Done, added: Mapping[str, str]) -> None:
    ended = run(
        ROOT,
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-v",
        *contracts(PAGE),
        variables=done.variables,
    )
    assert ended.code == 0, ended.text
    for name in added:
        assert f"[{Path(name).stem}" in ended.stdout or f"-{Path(name).stem}]" in ended.stdout


def test_they_are_written_as_the_house_writes(done: Done, added: Mapping[str, str]) -> None:
    names = [str(done.package / "leakcheck" / name) for name in added]
    for command in (("check",), ("format", "--check")):
        rules = ("--config", str(ROOT / "pyproject.toml"), "--no-cache")
        ended = run(ROOT, sys.executable, "-m", "ruff", *command, *rules, *names)
        assert ended.code == 0, ended.text
