"""leakcheck and its peers on one generated suite, in one run: `python benchmarks/peers.py`.

Not a test: pytest does not collect this file. It generates a FastAPI suite of 200 tests with a known truth and lets
each tool find what it can. Everything is told as a ratio to the wall time of plain `pytest` in the same run.

- leakcheck: `leakcheck run --random 3`.
- detect-test-pollution: `--failing-test VICTIM`, once for each victim (it has to be told them).
- whyflaky: `whyflaky scan --rounds 6`.

A peer that is not installed is left out. `--test-cost` gives each ordinary test so many milliseconds of CPU work on
top of its request.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bytecode import have_bytecode  # noqa: E402

from generator import BENCHMARK, Truth, generate  # noqa: E402

Sets = frozenset[frozenset[str]]
Found = Mapping[str, Sets]
PLUGINS = ("-p", "no:randomly", "-p", "no:random_order")

# Counts pytest's sessions and tests, from outside: loaded by PYTEST_PLUGINS.
COUNTER = """
import os


def pytest_sessionstart():
    _tell("session")


def pytest_runtest_logstart():
    _tell("test")


def _tell(what):
    with open(os.environ["COUNTER_FILE"], "a") as stream:
        stream.write(what + "\\n")
"""


@dataclass(frozen=True)
class Row:
    """One tool: its seconds, what it started, and what it found."""

    tool: str
    seconds: float
    sessions: int
    tests: int
    found: Found


def main() -> None:
    options = _options()
    have_bytecode()
    place = Path(tempfile.mkdtemp(prefix="leakcheck-bench-"))
    try:
        project = place / "project"
        truth = generate(project, replace(BENCHMARK, test_cost=options.test_cost, seed=options.seed))
        os.chdir(project)
        (place / "counter_plugin.py").write_text(COUNTER)
        plain = median(_seconds([sys.executable, "-m", "pytest", "-q", *PLUGINS]) for _ in range(options.turns))
        wanted = _wanted(truth)
        _say(f"{len(truth.tests)} tests, {len(wanted)} order-dependent; plain pytest: {plain:.2f} s")
        rows = [_leakcheck() for _ in range(options.turns)]
        rows = [sorted(rows, key=lambda row: row.seconds)[len(rows) // 2]]
        if options.peers and find_spec("detect_test_pollution"):
            rows.append(_detect_test_pollution(place, truth))
        if options.peers and find_spec("whyflaky"):
            rows.append(_whyflaky(place))
        _table(rows, wanted, plain)
    finally:
        os.chdir(ROOT)
        shutil.rmtree(place)


def _wanted(truth: Truth) -> Found:
    sets = {**truth.victims, **truth.brittle, **{test: ((test,),) for test in truth.self_polluting}}
    return {test: frozenset(frozenset(each) for each in found) for test, found in sets.items()}


def _leakcheck() -> Row:
    began = time.perf_counter()
    command = [sys.executable, "-m", "leakcheck", "run", "--random", "3", "--json", "report.json", "--", *PLUGINS]
    subprocess.run(command, capture_output=True, check=False)
    seconds = time.perf_counter() - began
    report = json.loads(Path("report.json").read_text())
    found: dict[str, set[frozenset[str]]] = {}
    for edge in report["edges"]:
        if edge["effect"] in ("breaks", "enables") and edge["confirmed"]:
            found.setdefault(edge["to"], set()).add(frozenset(edge["from"]))
    cost = report["cost"]
    verdicts = [test["verdict"] for test in report["tests"]]
    dependent = max(1, sum(verdict in ("victim", "brittle", "self-polluting") for verdict in verdicts))
    extra = _extra() / dependent
    _say(f"leakcheck: {extra:.1f} test executions per order-dependent test beside those of the certificate")
    return Row("leakcheck", seconds, cost["processes"], cost["test_executions"], _frozen(found))


def _extra() -> int:
    """Test executions other than those of the whole orders, of one isolated run each, and of the pairs."""
    audit = sorted(Path(".leakcheck").glob("*/"))[-1]
    extra = 0
    for segment in audit.glob("e*.jsonl"):
        lines = segment.read_text().splitlines()
        order = json.loads(lines[0])["order"]
        if order["kind"] == "confirm" or (order["kind"] == "isolated" and order["repeat"]):
            extra += sum('"event":"finished"' in line for line in lines)
    return extra


def _detect_test_pollution(place: Path, truth: Truth) -> Row:
    began, found, environment = time.perf_counter(), dict[str, set[frozenset[str]]](), _counting(place)
    for victim in truth.victims:
        command = [str(_beside("detect-test-pollution")), "--failing-test", victim, "--tests", "tests"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        match = re.search(r"the polluting test is: (\S+)", done.stdout)
        if match:
            found[victim] = {frozenset({match[1]})}
        else:
            _say(f"detect-test-pollution, {victim}: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    return Row("detect-test-pollution", time.perf_counter() - began, *_counted(place), _frozen(found))


def _beside(script: str) -> Path:
    """A script of this interpreter's environment."""
    return Path(sys.executable).parent / script


def _whyflaky(place: Path) -> Row:
    began, environment = time.perf_counter(), _counting(place)
    command = [str(_beside("whyflaky")), "scan", "-q", "--json", "whyflaky.json", "."]
    subprocess.run(command, capture_output=True, env=environment, check=False)
    seconds = time.perf_counter() - began
    found: dict[str, set[frozenset[str]]] = {}
    path = Path("whyflaky.json")
    for flake in json.loads(path.read_text())["flakes"] if path.exists() else ():
        polluters = (flake.get("diagnosis") or {}).get("polluters")
        if polluters:
            found.setdefault(flake["test_id"], set()).add(frozenset(polluters))
    return Row("whyflaky", seconds, *_counted(place), _frozen(found))


def _frozen(found: Mapping[str, set[frozenset[str]]]) -> Found:
    return {test: frozenset(sets) for test, sets in found.items()}


def _counting(place: Path) -> dict[str, str]:
    (place / "count").unlink(missing_ok=True)
    extra = {"PYTEST_PLUGINS": "counter_plugin", "COUNTER_FILE": str(place / "count"), "PYTHONPATH": str(place)}
    return {**os.environ, **extra}


def _counted(place: Path) -> tuple[int, int]:
    lines = (place / "count").read_text().split() if (place / "count").exists() else []
    return lines.count("session"), lines.count("test")


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - began


def _table(rows: Sequence[Row], wanted: Found, plain: float) -> None:
    _say("| tool | plain runs | processes | tests run | order-dependent tests named | polluter sets | false sets |")
    _say("|---|---|---|---|---|---|---|")
    total = sum(map(len, wanted.values()))
    for row in rows:
        right = sum(len(sets & wanted.get(test, frozenset())) for test, sets in row.found.items())
        false = sum(len(sets - wanted.get(test, frozenset())) for test, sets in row.found.items())
        named = len(set(row.found) & set(wanted))
        _say(
            f"| {row.tool} | {row.seconds / plain:.1f} | {row.sessions} | {row.tests} "
            f"| {named} of {len(wanted)} | {right} of {total} | {false} |"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3, help="runs of pytest and of leakcheck; the median counts")
    parser.add_argument("--test-cost", type=int, default=0, help="milliseconds of CPU work in each ordinary test")
    parser.add_argument("--seed", type=int, default=1, help="of the generated suite")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leakcheck only")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
