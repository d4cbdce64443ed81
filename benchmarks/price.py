"""What audits cost, in plain runs: `python benchmarks/price.py`.

Not a test: pytest does not collect this file. It makes FastAPI suites of 200 tests (one with 8 order-dependent
tests, the same without any, and one in which a fixture's override hurts 60 tests through 12 others) and runs plain
`pytest` and `leakcheck run` on each in turns, so that every ratio is one of neighbours in time. CPU seconds are
user and system time of all processes; wall time stands beside them. A job that misses an order-dependent test, or
names one too many, ends the run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bytecode import have_bytecode  # noqa: E402

from generator import BENCHMARK, generate  # noqa: E402

PLUGINS = ("-p", "no:randomly", "-p", "no:random_order")
DEPENDENT = ("victim", "brittle", "self-polluting")
SAMPLE = 0.25
"""Seconds between two looks at the memory of all processes."""


@dataclass(frozen=True)
class Job:
    """An audit: of the suite that `make` writes, in a profile. `wanted` order-dependent tests are in there, `cpu`
    and `wall` are the goals in plain runs (0: none is set). With `fixes`, what `leakcheck fix`
    takes behind it is measured."""

    name: str
    make: Callable[[Path], object]
    wanted: int
    cpu: float = 0
    wall: float = 0
    profile: str = "standard"
    all_found: bool = True
    fixes: bool = False


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of the processor, and the most memory that all processes took, in MB (of what they
    have in common, each its share)."""

    wall: float
    cpu: float
    memory: float = 0.0


def dependent(folder: Path) -> None:
    generate(folder, BENCHMARK)


def clean(folder: Path) -> None:
    none = {"victims": 0, "brittle": 0, "alternative_polluters": 0, "conjunctions": 0, "cleaners": 0}
    generate(folder, replace(BENCHMARK, **none))  # type: ignore[arg-type]


def one_cause(folder: Path) -> None:
    """One fixture, 12 polluters, 60 victims among 200 tests."""
    for name, text in _one_cause():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


_WEB = """\
from fastapi import Depends, FastAPI

app = FastAPI()


def who():
    return "real"


@app.get("/who")
def read(name: str = Depends(who)):
    return name


@app.get("/plain")
def plain():
    return "plain"
"""
_CONFTEST = """\
import pytest
from fastapi.testclient import TestClient

from web.main import app, who


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


@pytest.fixture
def as_admin():
    app.dependency_overrides[who] = lambda: "admin"
"""


def _one_cause() -> Iterator[tuple[str, str]]:
    yield "pytest.ini", "[pytest]\npythonpath = .\n"
    yield "web/__init__.py", ""
    yield "web/main.py", _WEB
    yield "tests/conftest.py", _CONFTEST
    for file in range(10):
        yield f"tests/test_{file}.py", "\n\n".join(_one_cause_test(file, number) for number in range(20))


def _one_cause_test(file: int, number: int) -> str:
    if file == 9 and number < 12:
        return f"def test_{number}(client, as_admin):\n    assert client.get('/who').json() == 'admin'\n"
    if file < 6 and number < 10:
        return f"def test_{number}(client):\n    assert client.get('/who').json() == 'real'\n"
    return f"def test_{number}(client):\n    assert client.get('/plain').json() == 'plain'\n"


JOBS = (
    Job("dependent", dependent, 8, 10, 5),
    Job("clean", clean, 0, 5, 2.5),
    Job("one cause", one_cause, 60, 12, 6),
    Job("quick", dependent, 8, 5, 2.5, "quick", all_found=False),
    Job("thorough", dependent, 8, profile="thorough"),
    Job("fix", dependent, 8, fixes=True),
)


def main() -> None:
    options = _options()
    have_bytecode()
    python = sys.version.split()[0]
    _say(f"Python {python}, {options.lanes} lanes; CPU and wall in plain runs, medians of {options.turns}\n")
    _say("job           CPU  goal  wall  goal    found  executed     tests  processes  forks    MB stored   limits")
    for job in JOBS:
        if job.name in options.jobs:
            _say(_row(job, options.turns, options.lanes))


def _row(job: Job, turns: int, lanes: int) -> str:
    place = Path(tempfile.mkdtemp(prefix="leakcheck-bench-"))
    try:
        job.make(place / "project")
        os.chdir(place / "project")
        _cost(_plain())  # writes the bytecode of the tests
        costs = [_turn(job, lanes) for _ in range(turns)]
        if job.fixes:
            return _told_fixes(job, costs, json.loads(Path("fixes.json").read_text(encoding="utf-8")))
        return _told(job, costs, json.loads(Path("report.json").read_text(encoding="utf-8")), _stored())
    finally:
        os.chdir(ROOT)
        shutil.rmtree(place)


def _turn(job: Job, lanes: int) -> Cost:
    """In plain runs, measured before and behind."""
    command = _audit(job.profile, lanes)
    if job.fixes:
        _cost(command)
        command = [sys.executable, "-m", "leakcheck", "fix", "--json", "fixes.json"]
    before, audit, after = _cost(_plain()), _cost(command), _cost(_plain())
    return Cost(2 * audit.wall / (before.wall + after.wall), 2 * audit.cpu / (before.cpu + after.cpu), audit.memory)


def _told(job: Job, costs: Sequence[Cost], report: dict[str, dict[str, int]], stored: float) -> str:
    tests: list[dict[str, str]] = report["tests"]  # type: ignore[assignment]
    found = sum(test["verdict"] in DEPENDENT for test in tests)
    assert found == job.wanted or not job.all_found, f"{job.name}: {found} of {job.wanted} order-dependent tests"
    cpu, wall = median(cost.cpu for cost in costs), median(cost.wall for cost in costs)
    cost, limits = report["cost"], len(report["certificate"]["limits"])  # type: ignore[arg-type]
    counted = f"{cost['executions']:9} {cost['test_executions']:9,} {cost['processes']:10} {cost['forks']:6}"
    memory = max(each.memory for each in costs)
    goals = f"{cpu:6.1f} {job.cpu or '-':>5} {wall:5.1f} {job.wall or '-':>5}"
    return f"{job.name:10} {goals} {found:3} of {job.wanted:<2} {counted} {memory:4.0f} {stored:6.1f} {limits:8}"


def _told_fixes(job: Job, costs: Sequence[Cost], told: dict[str, list[dict[str, str]]]) -> str:
    rows = told["fixes"]
    proven, tried = sum(row["standing"] == "proven" for row in rows), sum(1 + len(row["tried"]) for row in rows)
    cpu, wall = median(cost.cpu for cost in costs), median(cost.wall for cost in costs)
    made = f"{proven} of {len(rows)} causes proven, {tried} ways tried"
    return f"{job.name:10} {cpu:6.1f}     - {wall:5.1f}     -  {made}"


def _plain() -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *PLUGINS, "tests"]


def _audit(profile: str, lanes: int) -> list[str]:
    shutil.rmtree(".leakcheck", ignore_errors=True)
    given = ["--profile", profile, "--lanes", str(lanes), "--json", "report.json", "tests", "--", *PLUGINS]
    return [sys.executable, "-m", "leakcheck", "run", *given]


def _stored() -> float:
    return sum(path.stat().st_size for path in Path(".leakcheck").rglob("*") if path.is_file()) / 1e6


def _cost(command: Sequence[str]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = Memory(process.pid)
    memory.start()
    process.wait()
    found = Cost(time.perf_counter() - wall, _cpu() - cpu, memory.most)
    memory.over.set()
    return found


class Memory(threading.Thread):
    """The most memory that a tree of processes takes, in MB: proportional set sizes, where Linux tells them."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.most = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(SAMPLE):
            self.most = max(self.most, sum(map(_memory, _tree(self.root))) / 1024)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                yield from _tree(int(child))


def _memory(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="audits of each job")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--jobs", nargs="*", default=[job.name for job in JOBS])
    return parser.parse_args()


if __name__ == "__main__":
    main()
