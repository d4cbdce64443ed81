"""The generated projects: the same for the same seed, green in declared order, and as their truth says."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from . import BENCHMARK, Spec, Truth, generate

SMALL = Spec(seed=3, tests=50)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("project")
    return folder, generate(folder, SMALL)


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Plain pytest, with no plugin but the one for asynchronous tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "anyio.pytest_plugin", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def files_of(folder: Path) -> dict[str, str]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_the_same_seed_gives_the_same_project(tmp_path: Path) -> None:
    first = generate(tmp_path / "first", SMALL)
    second = generate(tmp_path / "second", SMALL)
    assert first == second
    assert files_of(tmp_path / "first") == files_of(tmp_path / "second")


def test_another_seed_gives_another_project(tmp_path: Path) -> None:
    first = generate(tmp_path / "first", SMALL)
    assert first != generate(tmp_path / "second", replace(SMALL, seed=4))


@pytest.mark.processes
def test_declared_order_is_green_and_as_told(project: tuple[Path, Truth]) -> None:
    folder, truth = project
    run = run_pytest(folder, "-rA")
    assert f"{SMALL.tests} passed" in run.stdout
    passed = [line.removeprefix("PASSED ") for line in run.stdout.splitlines() if line.startswith("PASSED ")]
    assert tuple(passed) == truth.tests


@pytest.mark.processes
def test_a_victim_fails_after_its_polluters(project: tuple[Path, Truth]) -> None:
    folder, truth = project
    victim, (polluters, *_) = next(iter(truth.victims.items()))
    run = run_pytest(folder, "-rf", *polluters, victim)
    assert f"FAILED {victim}" in run.stdout
    assert f"1 failed, {len(polluters)} passed" in run.stdout


def test_truth_stands_beside_the_project(project: tuple[Path, Truth]) -> None:
    folder, truth = project
    told = json.loads((folder / "truth.json").read_text())
    assert told["tests"] == list(truth.tests)
    assert told["victims"] == {test: [list(found) for found in sets] for test, sets in truth.victims.items()}


def test_the_benchmark_holds_what_it_promises(tmp_path: Path) -> None:
    truth = generate(tmp_path, BENCHMARK)
    sets = list(truth.victims.values())
    assert (len(truth.tests), len(truth.victims), len(truth.brittle)) == (200, 7, 1)
    assert sum(len(alternatives) == 2 for alternatives in sets) == 1
    assert sum(len(alternatives[0]) == 2 for alternatives in sets) == 1
    assert {leak.impact for leak in truth.leaks} == {"broken", "read", "latent"}
    assert any(cleaning.cleaners for cleaning in truth.cleaners)
    assert truth.baits


def test_every_leak_names_lines_that_are_there(project: tuple[Path, Truth]) -> None:
    folder, truth = project
    for source in (source for leak in truth.leaks for source in leak.sources):
        lines = (folder / source.file).read_text().splitlines()
        head = next(line for line in reversed(lines[: source.line]) if "def " in line)
        assert f"def {source.function}(" in head


def test_a_spec_that_cannot_be_says_all_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unknown kinds: magic; need 1 file"):
        generate(tmp_path, Spec(kinds=("magic",), files=0))


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        generate(tmp_path, SMALL)
