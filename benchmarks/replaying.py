"""How many failures of runs with workers `leakcheck replay` explains: `python benchmarks/replaying.py`.

Not a test: pytest does not collect this file. It generates suites, runs each with `pytest -n 3` under every
distribution of pytest-xdist and in random orders, and replays every run in which something failed, from what the
guard has kept of it. A *sequence* is what a worker ran in which a test failed. It counts as reproduced if all that
failed in it fail again, and as named if of each of them one is known, by a confirmed witness, whom the truth of the
suite names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from generator import EXTENDED_KINDS, STANDARD_KINDS, Spec, Truth, generate  # noqa: E402
from leakcheck.audit.replaying.choosing_log import read_run  # noqa: E402
from leakcheck.audit.replaying.recorded_run import Ran  # noqa: E402

DISTRIBUTIONS = ("load", "loadscope", "loadfile", "worksteal")
WORKERS = "3"
GOAL = "goal: 38 of 40"


@dataclass(frozen=True)
class Sequence:
    """What became of one worker's failures."""

    run: str
    worker: str
    failed: int
    reproduced: int
    named: int

    @property
    def good(self) -> bool:
        return self.failed == self.reproduced == self.named


def spec(seed: int) -> Spec:
    kinds = (*STANDARD_KINDS, *EXTENDED_KINDS) if seed % 2 else STANDARD_KINDS
    return Spec(seed=seed, tests=60, files=6, victims=8, brittle=3, conjunctions=1, cleaners=2, kinds=kinds)


def failing_run(folder: Path, distribution: str, seed: int) -> Path | None:
    """The folder of a run with workers; None if nothing failed in it."""
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "--dist", distribution, "-p", "no:cacheprovider"]
    command += [f"--randomly-seed={seed}", "--leakcheck-guard=warn"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    newest = max((folder / ".leakcheck" / "runs").iterdir())
    return newest if (newest / "failed.txt").exists() else None


def replayed(folder: Path, run: Path) -> Mapping[str, Any]:
    target = folder / "report.json"
    command = [sys.executable, "-m", "leakcheck", "replay", "--log", str(run), "--json", str(target), "--quiet"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=600)
    found: Mapping[str, Any] = json.loads(target.read_text("utf-8"))
    return found


def judged(ran: Ran, name: str, report: Mapping[str, Any], truth: Truth) -> Sequence:
    outcomes = {test["id"]: test["outcomes"].get(f"{ran.worker}, replayed") for test in report["tests"]}
    reproduced = sum(outcomes.get(test) in ("failed", "error") for test in ran.failed)
    named = sum(any(_is_true(edge, test, truth) for edge in report["edges"]) for test in ran.failed)
    return Sequence(name, ran.worker, len(ran.failed), reproduced, named)


def _is_true(edge: Mapping[str, Any], test: str, truth: Truth) -> bool:
    known = {**truth.victims, **truth.brittle}.get(test, ())
    return bool(edge["to"] == test and edge["confirmed"] and tuple(edge["from"]) in known)


def sequences(wanted: int, first: int) -> Iterator[Sequence]:
    found, seed = 0, first
    while found < wanted:
        with tempfile.TemporaryDirectory(prefix="replaying-") as name:
            folder = Path(name, "suite")
            truth = generate(folder, spec(seed))
            for number, distribution in enumerate(DISTRIBUTIONS):
                run = failing_run(folder, distribution, 100 * seed + number)
                if run is None:
                    continue
                report = replayed(folder, run)
                for ran in (each for each in read_run(run).ran if each.failed):
                    found += 1
                    yield judged(ran, f"suite {seed}, {distribution}", report, truth)
        seed += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    began, good, total = time.monotonic(), 0, 0
    for each in sequences(wanted.sequences, wanted.seed):
        total += 1
        good += each.good
        mark = " " if each.good else "!"
        told = f"{each.failed} failed, {each.reproduced} again, {each.named} named"
        sys.stdout.write(f"{mark} {each.run}, {each.worker}: {told}\n")
        sys.stdout.flush()
    took = f"{time.monotonic() - began:.0f} s"
    sys.stdout.write(f"{good} of {total} sequences reproduced and named ({GOAL}), {took}\n")


if __name__ == "__main__":
    main()
