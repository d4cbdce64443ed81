"""What a guard costs in a plain pytest run: `python benchmarks/guarding.py`.

Not a test: pytest does not collect this file. It makes a FastAPI suite of 1,000 tests, one request each, and runs
it plain and guarded in turns, so that every ratio is one of neighbours in time. CPU seconds are user and system
time of the whole process. `--kinds` adds a row for each kind of state alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from leakcheck.guard.wanted import CHEAP, NOT_GUARDED
from leakcheck.probes import own

GOALS: Mapping[str, float] = {"warn": 1.05, "fail": 1.05, "restore": 1.08}
SHOP = """\
from fastapi import Depends, FastAPI

app = FastAPI()
app.state.prices = {"mug": 10}


def who() -> str:
    return "nobody"


@app.get("/items/{number}")
def item(number: int, user: str = Depends(who)) -> dict[str, object]:
    return {"number": number, "user": user}
"""
CONFTEST = """\
import pytest
from fastapi.testclient import TestClient

import shop


@pytest.fixture
def client():
    return TestClient(shop.app)
"""
TEST = """\
def test_{number}(client):
    assert client.get("/items/{number}").json() == {{"number": {number}, "user": "nobody"}}


"""
FILES, TESTS = 20, 50
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
"""What is imported is compiled already, as it is wherever packages are installed."""
PLUGINS = ("anyio.pytest_plugin", "leakcheck.pytest_plugin")


def write(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "shop.py").write_text(SHOP, "utf-8")
    (folder / "conftest.py").write_text(CONFTEST, "utf-8")
    for number in range(FILES):
        text = "".join(TEST.format(number=each) for each in range(TESTS)).rstrip() + "\n"
        (folder / f"test_{number}.py").write_text(text, "utf-8")


def cpu(folder: Path, *arguments: str) -> float:
    """Seconds of the processor that one run takes."""
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows(kinds: bool) -> dict[str, Sequence[str]]:
    """Name -> arguments of pytest."""
    found: dict[str, Sequence[str]] = {mode: (f"--leakcheck-guard={mode}",) for mode in GOALS}
    if kinds:
        for kind in own().kinds:
            if kind not in NOT_GUARDED:
                name = f"warn, {kind} alone{'' if kind in CHEAP else ' (not by default)'}"
                found[name] = ("--leakcheck-guard=warn", f"--leakcheck-guard-kinds={kind}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--kinds", action="store_true", help="a row for each kind of state")
    options = parser.parse_args()
    wanted = rows(options.kinds)
    with tempfile.TemporaryDirectory(prefix="guard-") as name:
        folder = Path(name)
        write(folder)
        for arguments in ((), *wanted.values()):
            cpu(folder, *arguments)  # compiles
        ratios: dict[str, list[float]] = {each: [] for each in wanted}
        for _ in range(options.turns):
            plain = cpu(folder)
            for each, arguments in wanted.items():
                ratios[each].append(cpu(folder, *arguments) / plain)
    for each, found in ratios.items():
        goal = f", goal {GOALS[each] - 1:+.0%}" if each in GOALS else ""
        spread = f"{min(found) - 1:+.1%} to {max(found) - 1:+.1%}"
        sys.stdout.write(f"{each}: {median(found) - 1:+.1%} of CPU ({spread}, {options.turns} turns{goal})\n")


if __name__ == "__main__":
    main()
