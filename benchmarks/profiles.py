"""What an audit costs in each profile, in plain runs: `python benchmarks/profiles.py`.

Not a test: pytest does not collect this file. It generates the FastAPI suite of 200 tests that the other benchmarks
use, which has 8 order-dependent tests, and runs `pytest` and `leakcheck run --profile ...` on it in turns, so that
each ratio is one of neighbours in time. CPU seconds (user and system, of all processes) stand beside the wall
clock.
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
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from generator import BENCHMARK, generate  # noqa: E402

QUICK_GOAL = 3.0
PLUGINS = ("-p", "no:randomly", "-p", "no:random_order")


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of the processor."""

    wall: float
    cpu: float


def main() -> None:
    options = _options()
    place = Path(tempfile.mkdtemp(prefix="leakcheck-bench-"))
    try:
        truth = generate(place / "project", BENCHMARK)
        os.chdir(place / "project")
        _say(f"{len(truth.tests)} tests, Python {sys.version.split()[0]}, {options.lanes} lanes\n")
        _say("profile     wall   CPU   executions   order-dependent   not covered")
        for profile in options.profiles:
            _say(_row(profile, options.turns, options.lanes, len(truth.tests)))
        _say(
            f"\n(wall and CPU in plain runs, medians of {options.turns}; goal for quick: at most {QUICK_GOAL:.0f})"
        )
    finally:
        os.chdir(ROOT)
        shutil.rmtree(place)


def _row(profile: str, turns: int, lanes: int, tests: int) -> str:
    walls, cpus = [], []
    for _ in range(turns):
        before = _cost(_plain())
        audit = _cost(_audit(profile, lanes))
        after = _cost(_plain())
        walls.append(2 * audit.wall / (before.wall + after.wall))
        cpus.append(2 * audit.cpu / (before.cpu + after.cpu))
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert report["suite"]["tests"] == tests
    hurt = sum(test["verdict"] in ("victim", "brittle", "self-polluting") for test in report["tests"])
    limits = len(report["certificate"]["limits"])
    executions = report["cost"]["executions"]
    return f"{profile:10} {median(walls):5.1f} {median(cpus):5.1f} {executions:12} {hurt:17} {limits:13}"


def _plain() -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *PLUGINS, "tests"]


def _audit(profile: str, lanes: int) -> list[str]:
    given = ["--profile", profile, "--lanes", str(lanes), "--json", "report.json", "tests", "--", *PLUGINS]
    return [sys.executable, "-m", "leakcheck", "run", *given]


def _cost(command: Sequence[str]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Cost(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3, help="audits of each profile")
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--profiles", nargs="*", default=["quick", "standard", "thorough"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
