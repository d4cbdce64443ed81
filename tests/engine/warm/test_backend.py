"""Plain pytest in a fork that has imported installed packages: as a new process, whatever tests do to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.engine import Engine, Launch, Limits
from leakcheck.records import WARM, Execution, Order, Printed
from leakcheck.store import AuditFolder

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes"),
]

ARGUMENTS = ("-W", "error", "-p", "no:randomly", "-p", "no:asyncio", "-p", "no:cacheprovider")
CONFTEST = """
import sys

LOADED = set(sys.modules)
"""
SUITE = """
import os
import random
import signal
import sys
import time

import conftest
import hypothesis
import shop

KEPT = random.random()


def test_nothing_of_the_project_was_imported_before():
    assert "shop" not in conftest.LOADED and __name__ not in conftest.LOADED

def test_installed_packages_were():
    assert "hypothesis" in conftest.LOADED

def test_plugins_are_configured_once_and_nothing_is_warned_of(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("hypothesispytest")

def test_it_has_its_own_arguments():
    assert sys.argv[1:] == ["-q", "test_shop.py::test_it_has_its_own_arguments"]

def test_chance():
    with open(os.environ["CHANCE"], "a") as stream:
        stream.write(f"{KEPT}\\n")

def test_leaves():
    os._exit(3)

def test_hangs():
    time.sleep(600)

def test_ends_its_parent():
    os.kill(os.getppid(), signal.SIGKILL)

def test_fails():
    assert shop.PRICE == 2
"""


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Launch:
    project, scratch = tmp_path / "project", tmp_path / "scratch"
    for each in (project, scratch):
        each.mkdir()
    (project / "pytest.ini").write_text(f"[pytest]\naddopts = {' '.join(ARGUMENTS)}\n")
    (project / "conftest.py").write_text(CONFTEST)
    (project / "shop.py").write_text("PRICE = 1\n")
    (project / "test_shop.py").write_text(dedent(SUITE))
    monkeypatch.chdir(project)
    monkeypatch.setenv("CHANCE", str(tmp_path / "chance"))
    folder = AuditFolder.create(project / ".leakcheck")
    folder.begin("audit")
    return Launch(sys.executable, (), folder, str(scratch), salt="warm", launcher="python -m pytest")


@pytest.fixture(name="engine")
def engine_of_the_suite(launch: Launch) -> Iterator[Engine]:
    engine = Engine(launch, Limits(test=3.0), lanes=2)
    engine.open_suite()
    assert engine.suite() is not None
    yield engine
    engine.stop()


def command(test: str, repeat: int = 0) -> Order:
    name = f"test_shop.py::{test}"
    return Order(Printed(("-q", name), warm=True), (name,), repeat=repeat)


def outcomes(found: list[Execution]) -> Mapping[str, str]:
    return {each.order.tests[0].partition("::test_")[2]: each.outcome(each.order.tests[0]) for each in found}


def test_it_is_as_a_new_process_would_be(engine: Engine, tmp_path: Path) -> None:
    asked = [line[4:].partition("(")[0] for line in SUITE.splitlines() if line.startswith("def ")][:4]
    chance = [command("test_chance", repeat) for repeat in (0, 1)]
    found = list(engine.run([*map(command, asked), *chance, command("test_fails")]))
    assert outcomes(found) == {
        "nothing_of_the_project_was_imported_before": "passed",
        "installed_packages_were": "passed",
        "plugins_are_configured_once_and_nothing_is_warned_of": "passed",
        "it_has_its_own_arguments": "passed",
        "chance": "passed",
        "fails": "failed",
    }
    assert {(each.engine, each.status) for each in found} == {(WARM, "finished")}
    drawn = (tmp_path / "chance").read_text().split()
    assert len(set(drawn)) == len(drawn) == 2


def test_what_ends_or_hangs_is_told(engine: Engine) -> None:
    found = list(engine.run([command("test_leaves"), command("test_hangs"), command("test_fails")]))
    assert outcomes(found) == {"leaves": "crashed", "hangs": "timeout", "fails": "failed"}


def test_where_it_was_killed_new_processes_go_on(engine: Engine) -> None:
    found = list(engine.run([command("test_ends_its_parent"), command("test_fails")]))
    found += engine.run([command("test_fails", 1)])
    assert outcomes(found)["fails"] == "failed"
    assert found[-1].engine in (WARM, "control")
    assert len(found) == 3


def test_where_packages_start_threads_it_takes_new_processes(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    (installed / "busy.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(installed))
    (tmp_path / "project" / "shop.py").write_text("import busy\n\nPRICE = 1\n")
    engine = Engine(launch, Limits(), lanes=2)
    engine.open_suite()
    assert engine.suite() is not None
    (found,) = engine.run([command("test_fails")])
    assert (found.engine, outcomes([found])) == ("control", {"fails": "failed"})
    engine.stop()


def test_where_nothing_forks_it_takes_new_processes(launch: Launch) -> None:
    engine = Engine(launch, Limits(), lanes=2, may_fork=False)
    (found,) = engine.run([command("test_fails")])
    assert (found.engine, outcomes([found])) == ("control", {"fails": "failed"})
    engine.stop()
