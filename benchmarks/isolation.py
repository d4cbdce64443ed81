"""What isolation and recording cost, as ratios within one run: `python benchmarks/isolation.py`.

Not a test: pytest does not collect this file. It generates a FastAPI suite of 200 tests and measures

- *isolation*: every test alone, as an audit does it (in rows where tests leave nothing; and in a fork for each, as
  the profile `thorough` does it; fully recorded, each test twice), against `pytest one::test`, a process for
  each. The latter is measured on a random sample, one half before and one half after, and extrapolated;
- *recording*: the declared order in a new process, recorded, against the same without recorder, in turns.

Everything runs in one lane. CPU seconds (user and system, of all processes) stand beside the wall clock: on a
machine that has other work to do they are the ones to trust.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from bytecode import have_bytecode  # noqa: E402

from generator import BENCHMARK, EXTENDED_KINDS, Spec, generate  # noqa: E402
from leakcheck.engine import Engine, Launch, Limits  # noqa: E402
from leakcheck.options import Options, ProfileName  # noqa: E402
from leakcheck.orders import View  # noqa: E402
from leakcheck.orders.declared import Strategy as Declared  # noqa: E402
from leakcheck.progress import Silent  # noqa: E402
from leakcheck.records import Control, Execution, Order, Suite  # noqa: E402
from leakcheck.search.rows import isolate  # noqa: E402
from leakcheck.search.session import AuditSession  # noqa: E402
from leakcheck.store import AuditFolder  # noqa: E402

ISOLATION_GOAL = "goal: at most 1/50 of 1,000 tests"
RECORDING_GOAL = "goal: at most 15 %, with --large 25 %"
LARGE = Spec(seed=1, tests=1000, files=100, victims=30, cleaners=8, silent=20, baits=40, kinds=EXTENDED_KINDS)
PLUGINS = ("-p", "no:randomly", "-p", "no:random_order")

# In the generated conftest: the same clock for both sides, from the first test's start to the last one's end. It
# is printed, since leakcheck would put back a file.
CLOCK = """
import time


def pytest_runtest_logstart():
    _clocks.setdefault("first", (time.perf_counter(), time.process_time()))


def pytest_runtest_logfinish():
    _clocks["last"] = (time.perf_counter(), time.process_time())


def pytest_terminal_summary(terminalreporter):
    if _clocks:
        wall, cpu = (last - first for first, last in zip(_clocks["first"], _clocks["last"]))
        terminalreporter.write_line(f"clock {wall} {cpu}")


_clocks = {}
"""


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __mul__(self, factor: float) -> Cost:
        return Cost(self.wall * factor, self.cpu * factor)


@dataclass
class Meter:
    """Takes the cost of a block, its ended child processes included."""

    cost: Cost = Cost()

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.cost += Cost(time.perf_counter() - wall, _cpu() - cpu)


def main() -> None:
    options = _options()
    have_bytecode()
    place = Path(tempfile.mkdtemp(prefix="leakcheck-bench-"))
    try:
        project = place / "project"
        spec = LARGE if options.large else BENCHMARK
        truth = generate(project, spec)
        os.chdir(project)
        modules = sum(1 for _ in project.rglob("*.py"))
        python = sys.version.split()[0]
        _say(f"{len(truth.tests)} tests in {spec.files} files, {modules} modules, Python {python}, one lane")
        if options.sample:
            isolation(place, truth.tests, options.sample, options.files)
        if options.turns:
            recording(project, place, options.turns)
    finally:
        os.chdir(ROOT)
        shutil.rmtree(place)


def isolation(place: Path, tests: Sequence[str], size: int, files: int) -> None:
    """Print what it costs to isolate all tests, and what it costs to start pytest for each."""
    tests = [test for test in tests if test.split("::")[0] in _first_files(tests, files)]
    chosen = random.Random(1).sample(list(tests), size)
    plain = Meter()
    with plain.running():
        _start_pytest(chosen[: size // 2])
    rows = _isolated(place / "rows", tests, "standard")
    forks = _isolated(place / "forks", tests, "thorough")
    with plain.running():
        _start_pytest(chosen[size // 2 :])
    processes = plain.cost * (len(tests) / size)
    _row(f"\npytest one::test, {len(tests)} times (from {size})", processes, len(tests))
    for name, (alone, started) in (("in rows", rows), ("a fork for each", forks)):
        ratio = Cost(processes.wall / alone.wall, processes.cpu / alone.cpu)
        told = f"1/{ratio.wall:.1f} of the wall clock, 1/{ratio.cpu:.1f} of the CPU"
        _say(f"isolation, {name}: {told} ({ISOLATION_GOAL})")
        _row(f"leakcheck, {len(tests)} tests alone, twice each", alone, len(tests))
        _say(f"    of which start, collection, declared order and end: {started:.2f} s")


def _isolated(folder: Path, tests: Sequence[str], profile: ProfileName) -> tuple[Cost, float]:
    """The cost of `tests` alone, as an audit of this profile runs them; seconds of it for what comes before."""
    alone, meter = Meter(), Meter()
    with alone.running(), _engine(folder) as engine:
        engine.open_suite()
        whole = _suite(engine)
        suite = replace(whole, tests=tuple(each for each in whole.tests if each.id in frozenset(tests)))
        bench = AuditSession(engine, Options(profile=profile), Silent(), suite)
        bench.run("declared", Declared().propose(View(suite, frozenset(), random=0, seed=1)))
        with meter.running():
            isolate(bench)
    profiles = bench.evidence().profiles
    assert profiles.keys() == set(tests)
    return alone.cost, alone.cost.wall - meter.cost.wall


def recording(project: Path, place: Path, turns: int) -> None:
    """Print what recording adds to the declared order, from the first test's start to the last one's end."""
    with (project / "tests" / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(CLOCK)
    plain: list[Cost] = []
    recorded: list[Cost] = []
    with _engine(place / "recording", fork=False) as engine:
        engine.open_suite()
        (order,) = Declared().propose(View(_suite(engine), frozenset(), random=0, seed=1))
        for turn in range(turns):
            halves = [(plain, _unrecorded), (recorded, _recorded)]
            for costs, run in halves if turn % 2 else reversed(halves):
                costs.append(_clock(engine, run(engine, order)))
    walls = [100 * (b.wall / a.wall - 1) for a, b in zip(plain, recorded, strict=True)]
    cpus = [100 * (b.cpu / a.cpu - 1) for a, b in zip(plain, recorded, strict=True)]
    before, after = _median(plain), _median(recorded)
    added = Cost(100 * (after.wall / before.wall - 1), 100 * (after.cpu / before.cpu - 1))
    _say(f"\nrecording: adds {added.wall:.1f} % to the wall clock, {added.cpu:.1f} % to the CPU ({RECORDING_GOAL})")
    _row(f"declared order, not recorded (median of {turns})", before, 1)
    _row(f"declared order, recorded (median of {turns})", after, 1)
    _say(f"    turn by turn, wall: {_list(walls)}; CPU: {_list(cpus)}")


def _recorded(engine: Engine, order: Order) -> Execution:
    (execution,) = engine.run([order])
    return execution


def _unrecorded(engine: Engine, order: Order) -> Execution:
    execution = engine.finish(engine.control(Order(Control(), ())))
    assert [run.test for run in execution.runs] == list(order.tests)
    return execution


def _clock(engine: Engine, execution: Execution) -> Cost:
    """What the process of this execution has said."""
    assert execution.status == "finished", execution
    lines = engine.launch.read_log(execution.id).splitlines()
    (words,) = [line.split() for line in lines if line.startswith("clock ")]
    return Cost(float(words[1]), float(words[2]))


@contextmanager
def _engine(folder: Path, *, fork: bool = True) -> Iterator[Engine]:
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    audit = AuditFolder.create(folder)
    audit.begin("audit")
    launch = Launch(
        python=sys.executable,
        args=(*PLUGINS, "tests"),
        folder=audit,
        scratch=str(scratch),
        salt="benchmark",
    )
    engine = Engine(launch, Limits(), lanes=1, may_fork=fork)
    try:
        yield engine
    finally:
        engine.stop()


def _suite(engine: Engine) -> Suite:
    found = engine.suite()
    assert found is not None, engine.launch.read_log("root")
    return found.suite


def _first_files(tests: Sequence[str], number: int) -> list[str]:
    return list(dict.fromkeys(test.split("::")[0] for test in tests))[:number]


def _start_pytest(tests: Sequence[str]) -> None:
    for test in tests:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGINS, test]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stdout.decode()


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(median(each.wall for each in costs), median(each.cpu for each in costs))


def _row(name: str, cost: Cost, number: int) -> None:
    each = f", {1000 * cost.wall / number:.0f} ms each" if number > 1 else ""
    _say(f"    {name}: {cost.wall:.2f} s wall, {cost.cpu:.2f} s CPU{each}")


def _list(percents: Sequence[float]) -> str:
    return " ".join(f"{each:+.1f}" for each in percents) + " %"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=15, help="tests that get a pytest of their own")
    parser.add_argument(
        "--files", type=int, default=BENCHMARK.files, help="isolate the tests of so many files only"
    )
    parser.add_argument("--large", action="store_true", help="1,000 tests and leaks of more kinds")
    parser.add_argument("--turns", type=int, default=7, help="recorded and unrecorded runs, each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
