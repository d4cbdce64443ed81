"""What shards of an audit cost, and whether they find the same: `python benchmarks/sharding.py`.

Not a test: pytest does not collect this file. It makes a FastAPI suite of 1,000 tests, audits it as a whole, then
in shards, one after the other on this machine, and merges their parts. Told are wall and CPU seconds, and each as a
share of the whole audit. Findings are compared by what leaks, by which line, and whom it is about: ids are numbers
of one audit. The script ends with 1 where an order dependence is missing or new. Ratios of wall time mean something
on an idle machine only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bytecode import have_bytecode  # noqa: E402

from generator import BENCHMARK, EXTENDED_KINDS, generate  # noqa: E402

LARGE = {"files": 100, "victims": 30, "cleaners": 8, "silent": 20, "baits": 40}
SHARE, MERGE = 0.35, 10.0
"""Goals: of the whole audit's wall time, with four shards; and seconds."""
DEPENDENT = ("LK101", "LK102", "LK103", "LK104")


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float


def timed(folder: Path, *arguments: str) -> Cost:
    """What a command of leakcheck costs, all its processes included."""
    before, began = os.times(), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "leakcheck", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    after = os.times()
    if done.returncode not in (0, 1):
        sys.exit(f"leakcheck {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.monotonic() - began, cpu)


def found(report: Path) -> set[tuple[Any, ...]]:
    """The findings of a report: code, what leaks, line, tests."""
    return set(_found(json.loads(report.read_text("utf-8"))))


def _found(told: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    leaks = {leak["id"]: leak for leak in told["leaks"]}
    for each in told["findings"]:
        leak = leaks.get(each["leak"], {"kind": "", "owner": "", "key": "", "victims": []})
        place = (leak["kind"], leak["owner"], leak["key"], each["file"], each["line"])
        yield each["code"], place, tuple(sorted(each["tests"])), tuple(sorted(leak["victims"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--extended", action="store_true", help="leaks of all kinds that the generator has")
    parser.add_argument("--keep", type=Path, help="where the suite and the reports are left")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)) / "suite"
        more = {"kinds": EXTENDED_KINDS} if given.extended else {}
        large = LARGE if given.tests >= 1000 else {}
        generate(folder, replace(BENCHMARK, seed=1, tests=given.tests, **large, **more))  # type: ignore[arg-type]
        have_bytecode()
        sys.exit(measure(folder, given.shards))


def measure(folder: Path, shards: int) -> int:
    """The table, and what differs; the exit code."""
    whole = timed(folder, "run", "--json", "whole.json", "tests")
    tell("the whole audit", whole, whole)
    parts = [f"part{number}.leakcheck" for number in range(1, shards + 1)]
    for number, part in enumerate(parts, start=1):
        cost = timed(folder, "run", "--shard", f"{number}/{shards}", "--out", part, "--fail-on", "never", "tests")
        tell(f"shard {number} of {shards}", cost, whole, f"goal: at most {SHARE} of the wall time")
    merged = timed(folder, "merge", *parts, "--json", "merged.json")
    tell("the merge", merged, whole, f"goal: at most {MERGE:g} s")
    before, after = found(folder / "whole.json"), found(folder / "merged.json")
    for name, rows in (("missing", before - after), ("new", after - before)):
        for row in sorted(rows, key=str):
            sys.stdout.write(f"{name}: {row}\n")
    sys.stdout.write(f"{len(before & after)} findings are the same, {len(before ^ after)} are not\n")
    return int(any(row[0] in DEPENDENT for row in before ^ after))


def tell(name: str, cost: Cost, whole: Cost, goal: str = "") -> None:
    shares = f"{cost.wall / whole.wall:.2f} of the wall time, {cost.cpu / whole.cpu:.2f} of the CPU"
    sys.stdout.write(f"{name:<16} {cost.wall:7.1f} s {cost.cpu:7.1f} s CPU   {shares}   {goal}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
