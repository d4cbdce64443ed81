"""What every backend has to do, by real processes: forks and new processes pass the same tests."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.engine import Engine, Job, Launch, Limits
from leakcheck.engine.backend import Backend
from leakcheck.engine.fork.backend import ForkBackend
from leakcheck.engine.spawn.backend import SpawnBackend
from leakcheck.records import Behind, Control, Order
from leakcheck.records.topics import Fallback
from leakcheck.store import AuditFolder
from leakcheck.wire import events

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes"),
]
LIMIT = 60.0
SUITE = dedent("""
    import os
    import subprocess
    import sys
    import time

    def test_passes():
        pass

    def test_fails():
        assert False

    def test_leaves():
        os._exit(3)

    def test_is_killed():
        os.kill(os.getpid(), 9)

    def test_hangs():
        time.sleep(600)

    def test_works():
        code = "import time\\nwhile time.process_time() < 0.3: pass"
        subprocess.run([sys.executable, "-S", "-c", code])
        while time.process_time() < 0.3:
            pass

    def test_leaves_processes():
        code = "import time; time.sleep(600)"
        for session in (False, True):
            subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=session)

    def test_leaves_processes_and_hangs():
        test_leaves_processes()
        time.sleep(600)
""")
TESTS = [line[4:].partition("(")[0] for line in SUITE.splitlines() if line.startswith("def ")]


@dataclass
class Stage:
    """A backend that has a suite, and the processes that it has started."""

    backend: Backend
    launch: Launch
    mark: str
    incidents: list[str]

    def collect(self) -> events.Collected:
        self.backend.open()
        self.wait_until(lambda: not self.backend.collecting)
        (found,) = [each for each in self.read(self.backend.suite) if isinstance(each, events.Collected)]
        return found

    def submit(self, *tests: str, number: int = 1) -> Job:
        order = Order(Behind(), tuple(f"test_a.py::{test}" for test in tests))
        job = Job(f"e{number:05d}", order, self.backend.name)
        self.wait_until(lambda: self.backend.ready_for(job, 2))
        self.launch.folder.begin(job.tag, order)
        self.backend.submit(job)
        return job

    def finish(self, job: Job) -> Job:
        self.wait_until(lambda: job.over)
        self.backend.finish(job)
        return job

    def runs(self, job: Job) -> bool:
        self.backend.look(job, time.monotonic())
        return job.running

    def wait_until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < deadline
            self.backend.listen(0.02)

    def read(self, tag: str) -> tuple[events.Event, ...]:
        return self.launch.folder.read(tag)

    def outcomes(self, job: Job) -> list[str]:
        return [each.run.outcome for each in self.read(job.tag) if isinstance(each, events.Finished)]

    def processes(self) -> list[str]:
        """The command lines of all living processes that were started from here."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ended = (path / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
                if not ended and f"MARK={self.mark}\0".encode() in (path / "environ").read_bytes():
                    found.append((path / "cmdline").read_text().replace("\0", " "))
        return found


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Launch:
    """Of a small project, in which the test stands."""
    project, scratch = tmp_path / "project", tmp_path / "scratch"
    for each in (project, scratch):
        each.mkdir()
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_a.py").write_text(SUITE)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("MARK", str(tmp_path))
    folder = AuditFolder.create(project / ".leakcheck")
    folder.begin("audit")
    return Launch(sys.executable, (), folder, str(scratch), salt="contract")


@pytest.fixture(params=[ForkBackend, SpawnBackend], ids=["fork", "spawn"])
def stage(request: pytest.FixtureRequest, launch: Launch, tmp_path: Path) -> Iterator[Stage]:
    if request.param is ForkBackend and not hasattr(os, "fork"):
        pytest.skip("needs fork")
    incidents: list[str] = []
    stage = Stage(request.param(launch, incidents), launch, str(tmp_path), incidents)
    yield stage
    stage.backend.close(0.5)
    assert stage.processes() == []


def test_it_collects_the_suite_without_keeping_anybody_waiting(stage: Stage) -> None:
    began = time.monotonic()
    stage.backend.open()
    assert stage.backend.collecting
    assert time.monotonic() - began < LIMIT / 2
    found = stage.collect()  # opens what is open
    assert [test.id for test in found.suite.tests] == [f"test_a.py::{name}" for name in TESTS]
    assert stage.backend.alive


def test_what_is_submitted_begins_and_finishes(stage: Stage) -> None:
    stage.collect()
    job = stage.submit("test_passes", "test_fails")
    assert not job.over
    stage.finish(job)
    assert stage.outcomes(job) == ["passed", "failed"]
    assert (job.lost, job.ended(stage.read(job.tag))[0]) == (False, "finished")
    assert stage.incidents == []


def test_several_run_at_a_time(stage: Stage) -> None:
    stage.collect()
    hanging, passing = stage.submit("test_hangs", number=1), stage.submit("test_passes", number=2)
    stage.wait_until(lambda: stage.runs(hanging))
    stage.finish(passing)
    assert not hanging.over
    stage.backend.cancel(hanging)
    stage.finish(hanging)


@pytest.mark.parametrize(("test", "status"), [("test_leaves", 3), ("test_is_killed", -signal.SIGKILL)])
def test_a_test_that_ends_its_process_is_told_with_its_exit_code(stage: Stage, test: str, status: int) -> None:
    stage.collect()
    job = stage.finish(stage.submit("test_passes", test))
    assert (job.status, job.lost) == (status, False)
    assert stage.outcomes(job) == ["passed"]
    assert job.ended(stage.read(job.tag))[0] == "crashed"
    after = stage.finish(stage.submit("test_passes", number=2))
    assert stage.outcomes(after) == ["passed"]


def test_what_is_cancelled_ends_with_what_it_has_started(stage: Stage) -> None:
    stage.collect()
    before = len(stage.processes())
    job = stage.submit("test_leaves_processes_and_hangs")
    stage.wait_until(lambda: stage.runs(job) and sum("sleep" in each for each in stage.processes()) == 2)
    stage.backend.cancel(job)
    stage.finish(job)
    assert job.status == -signal.SIGKILL
    if sys.platform == "linux":  # elsewhere nobody knows what has left the group
        stage.wait_until(lambda: not any("sleep" in each for each in stage.processes()))
    stage.wait_until(lambda: len(stage.processes()) <= before)


def test_who_is_over_leaves_nothing_behind(stage: Stage) -> None:
    stage.collect()
    job = stage.finish(stage.submit("test_leaves_processes"))
    assert stage.outcomes(job) == ["passed"]
    stage.wait_until(lambda: not any("sleep" in each for each in stage.processes()))


def test_who_is_finished_may_be_cancelled(stage: Stage) -> None:
    """A signal may come between both."""
    stage.collect()
    job = stage.finish(stage.submit("test_passes"))
    stage.backend.cancel(job)
    stage.backend.cancel(job, harder=True)
    assert stage.outcomes(stage.finish(stage.submit("test_passes", number=2))) == ["passed"]


def test_who_closes_while_tests_run_leaves_no_process(stage: Stage) -> None:
    stage.collect()
    job = stage.submit("test_leaves_processes_and_hangs")
    stage.wait_until(lambda: stage.runs(job))
    assert stage.processes()
    stage.backend.cancel(job)
    stage.backend.close(0.5)
    assert stage.processes() == []


def test_who_closes_while_it_collects_leaves_no_process(stage: Stage) -> None:
    stage.backend.open()
    stage.backend.close(0.5)
    assert stage.processes() == []


def test_it_may_be_opened_again(stage: Stage) -> None:
    stage.collect()
    stage.backend.close(0.5)
    stage.launch.folder.segment(stage.backend.suite).unlink()
    assert stage.collect().suite.tests
    assert stage.outcomes(stage.finish(stage.submit("test_passes"))) == ["passed"]


@pytest.fixture(params=[True, False], ids=["fork", "spawn"])
def engine(request: pytest.FixtureRequest, launch: Launch) -> Iterator[Engine]:
    engine = Engine(launch, Limits(test=1.0, execution=LIMIT), lanes=2, may_fork=request.param)
    yield engine
    engine.stop()


def order(test: str) -> Order:
    return Order(Behind(), (f"test_a.py::{test}",))


def test_a_test_without_end_is_ended_at_its_limit(engine: Engine) -> None:
    engine.open_suite()
    assert engine.suite() is not None
    found = {each.order.tests[-1]: each for each in engine.run([order("test_hangs"), order("test_passes")])}
    assert {test: each.status for test, each in found.items()} == {
        "test_a.py::test_hangs": "timeout",
        "test_a.py::test_passes": "finished",
    }
    assert found["test_a.py::test_hangs"].runs[-1].crash == "killed: no end after 1 s"


def test_who_falls_back_goes_on_in_new_processes_beside_what_runs(engine: Engine) -> None:
    wanted = engine.fork
    engine.open_suite()
    control = engine.control(Order(Control(), (), without=("test_a.py::test_hangs",)), ("-k", "passes"))
    assert engine.suite() is not None
    (before,) = engine.run([order("test_passes")])
    engine.fall_back(Fallback.DIFFERS)
    assert (engine.fork, engine.fallback) == (False, Fallback.DIFFERS)
    (after,) = engine.run([order("test_passes")])
    assert (before.engine, after.engine) == ("fork" if wanted else "single", "single")
    assert [run.outcome for run in after.runs] == ["passed"]
    assert engine.finish(control).status == "finished"
    engine.start_over("python -m pytest")
    assert (engine.fork, engine.fallback, engine.launch.launcher) == (wanted, None, "python -m pytest")


def test_what_an_execution_costs_counts_what_it_has_started(stage: Stage) -> None:
    stage.collect()
    idle, busy = stage.finish(stage.submit("test_passes")), stage.finish(stage.submit("test_works", number=2))
    assert idle.cpu is not None
    assert busy.cpu is not None
    assert idle.cpu > 0
    assert busy.cpu > 0.45  # what this process had used before the test counts to its 0.3
