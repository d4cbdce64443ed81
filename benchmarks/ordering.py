"""Whether what `leakcheck order` plans stays green, and what it costs: `python benchmarks/ordering.py [FOLDER]...`

Not a test: pytest does not collect this file. Each folder holds a project (the sample project `shared_app` by
default); a folder `NAME.venv` beside it is its environment, else that of this script. A copy of it is audited, a
plan for four workers is made, and `pytest -n 4` runs so many times with the plan and without it, in turns. With
`--plan split` the four are shards of pytest-split, one after the other; a run is as long as the longest of them.
`--only` takes some files of a project that is large.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
GOAL = "goal: all runs with the plan are green"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".leakcheck", ".*_cache", ".git")
QUIET = ("-q", "-p", "no:cacheprovider")
RAN, NOTHING = (0, 1), 5
"""Exit codes of what has run, and of a shard in which there is no test."""
_DIFFERENT = "Different tests were collected between"
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass
class Runs:
    """What failed in each run, and how long each took."""

    failed: list[tuple[str, ...]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def told(self) -> str:
        green = sum(not each for each in self.failed)
        worst = max((len(each) for each in self.failed), default=0)
        return f"{green} of {len(self.failed)} green, {worst} failed at most, median {median(self.seconds):.2f} s"


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ordering-") as name:
        yield Path(shutil.copytree(project, Path(name, project.name), ignore=LEFT_OUT, symlinks=True))


def python_of(project: Path) -> str:
    beside = project.with_name(f"{project.name}.venv") / "bin" / "python"
    return str(beside) if beside.exists() else sys.executable


def told(folder: Path, command: Sequence[str]) -> tuple[int, str]:
    """What it ends with, and what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=1800)
    return done.returncode, done.stdout + done.stderr


def made(folder: Path, command: Sequence[str]) -> str:
    """What it says, if it did what it should: without an audit or a plan there is nothing to measure."""
    code, text = told(folder, command)
    if code not in RAN:
        sys.exit(f"{' '.join(command)} ended with {code}:\n{text}")
    return text


def once(folder: Path, commands: Sequence[Sequence[str]], runs: Runs, alone: frozenset[str]) -> None:
    """One run: all `commands`, the longest of which tells how long it takes. `alone` are tests that fail anyway."""
    failed: list[str] = []
    longest = 0.0
    for command in commands:
        began = time.monotonic()
        code, text = told(folder, command)
        failed += (test for test in _FAILED.findall(text) if test not in alone)
        longest = max(longest, time.monotonic() - began)
        if code not in (*RAN, NOTHING) or _DIFFERENT in text:
            failed.append(f"pytest ended with {code}: {text[-400:]}")
    runs.seconds.append(longest)
    runs.failed.append(tuple(failed))


def shared_out(plan: str, workers: int) -> Sequence[Sequence[str]]:
    """What pytest has to be told for the workers, or for each shard."""
    if plan == "split":
        return [("--splits", str(workers), "--group", str(each + 1)) for each in range(workers)]
    return [("-n", str(workers))]


def measured(project: Path, wanted: argparse.Namespace) -> None:
    python, only = python_of(project), tuple(wanted.only)
    with copied(project) as folder:
        leakcheck = (sys.executable, "-m", "leakcheck")
        sys.stdout.write(f"{project.name} {' '.join(only)}\n")
        made(folder, (*leakcheck, "run", "--quiet", "--fail-on", "never", "--python", python, *only))
        sys.stdout.write(made(folder, (*leakcheck, "order", "-n", str(wanted.workers), "--plan", wanted.plan)))
        plain = (python, "-m", "pytest", *QUIET, *only)
        failing = frozenset(_FAILED.findall(made(folder, plain)))  # whoever fails without workers fails with them
        planned, free = Runs(), Runs()
        processes = shared_out(wanted.plan, wanted.workers)
        for number in range(wanted.runs):
            once(folder, [(*plain, "-p", "leakcheck_order", *each) for each in processes], planned, failing)
            if number < wanted.compared:
                once(folder, [(*plain, *each) for each in processes], free, failing)
    sys.stdout.write(f"  with the plan: {planned.told()} ({GOAL})\n  without it: {free.told()}\n")
    for test in sorted({test for each in planned.failed for test in each}):
        sys.stdout.write(f"  failed with the plan: {test}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[ROOT / "sample_projects" / "shared_app"])
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--compared", type=int, default=20, help="so many runs without the plan")
    parser.add_argument("--plan", choices=("xdist", "split"), default="xdist")
    parser.add_argument("--only", nargs="+", default=[], help="files of the project's tests")
    wanted = parser.parse_args()
    for project in wanted.folders:
        measured(project.resolve(), wanted)


if __name__ == "__main__":
    main()
