"""What the way over a cluster costs: `python benchmarks/cluster.py`.

Not a test: pytest does not collect this file. It makes a suite, and audits it by two lanes of this machine and by a
Dask cluster of two lanes on the same, in turns. Told are wall and CPU seconds, with those of workers, and whether
the findings are the same. Ratios of wall time mean something on an idle machine only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sharding import ROOT, Cost, found, timed

sys.path.insert(0, str(ROOT / "tests"))

from bytecode import have_bytecode

from generator import BENCHMARK, generate

WAYS: Mapping[str, tuple[str, ...]] = {"lanes": ("--lanes", "2"), "cluster": ("--cluster", "local:2")}
GOAL = 1.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=200)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        generate(folder, replace(BENCHMARK, tests=given.tests))
        have_bytecode()
        costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
        cpu: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(given.turns):
            for way, options in WAYS.items():
                costs[way].append(timed(folder, "run", *options, "--fail-on", "never", "--json", f"{way}.json"))
                told = json.loads((folder / f"{way}.json").read_text("utf-8"))
                cpu[way].append(told["cost"]["audit_cpu_seconds"])
        same = found(folder / "lanes.json") == found(folder / "cluster.json")
    walls = {way: statistics.median(each.wall for each in each_way) for way, each_way in costs.items()}
    for way in WAYS:
        print(f"{way:>8} {walls[way]:8.1f} s wall {statistics.median(cpu[way]):8.1f} s CPU")  # noqa: T201
    ratio = walls["cluster"] / walls["lanes"]
    print(f"wall {ratio:.2f}, goal {GOAL:.2f}; findings {'the same' if same else 'differ'}")  # noqa: T201
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
