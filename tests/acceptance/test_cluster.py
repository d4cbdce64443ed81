"""A cluster by the real command: it finds what one machine finds, whatever happens to its workers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support import TWO_LANES, Project, environment, leakcheck

pytest.importorskip("distributed", reason="needs Dask: the extra dask")
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes")

SUITE = Project(
    {
        "shop.py": """
            CACHE = {}
        """,
        "prices.txt": """
            1
        """,
        "tests/test_a.py": """
            import os
            import time

            import shop

            def test_fills_the_cache():
                shop.CACHE["price"] = 3

            def test_takes_its_time():
                time.sleep(float(os.environ.get("SLOW", "0")))
        """,
        "tests/test_b.py": """
            import shop

            def test_expects_an_empty_cache():
                assert "price" not in shop.CACHE

            def test_plain():
                pass
        """,
        "tests/test_files.py": """
            from pathlib import Path

            PRICES = Path(__file__).parents[1] / "prices.txt"

            def test_raises_the_price():
                PRICES.write_text("2\\n")

            def test_reads_the_price():
                assert PRICES.read_text().strip() == "1"
        """,
    }
)
BRIEF = ("--random", "1")
LIMIT = 300.0
WARNS = """
import logging
import threading

def say(worker):
    while True:
        logging.getLogger("distributed.worker").warning("there is no memory left")
        threading.Event().wait(0.2)

def dask_setup(worker):
    threading.Thread(target=say, args=(worker,), daemon=True).start()
"""
BROKEN = """
import os
import sys

if any("worker.serving" in each for each in sys.orig_argv):
    print("no room for an engine", flush=True)
    os._exit(3)
"""


def told(report: Mapping[str, Any]) -> set[tuple[object, ...]]:
    """The findings: code, place, and whom they are about."""
    return {(each["code"], each["file"], each["line"], tuple(each["tests"])) for each in report["findings"]}


def verdicts(report: Mapping[str, Any]) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in report["tests"]}


def price(folder: Path) -> str:
    """What tests have changed meanwhile."""
    return (folder / "prices.txt").read_text().strip()


def living(mark: str) -> list[str]:
    """The command lines of all processes that were started with the mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ended = (path / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if not ended and f"MARK={mark}\0".encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_text().replace("\0", " ")[:200])
    return found


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def here() -> Iterator[Mapping[str, Any]]:
    """What the audit of one machine says."""
    with SUITE.folder() as folder:
        assert leakcheck(folder, "run", *TWO_LANES, *BRIEF, "--json", "here.json", "tests").code == 1
        found: Mapping[str, Any] = json.loads((folder / "here.json").read_text("utf-8"))
        assert {each[0] for each in told(found)} >= {"LK101"}
        yield found


def test_a_local_cluster_finds_what_local_lanes_find(
    here: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARK", str(tmp_path))
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--cluster", "local:2", *BRIEF, "--json", "there.json", "tests")
        assert ended.code == 1, ended.text
        report = json.loads((folder / "there.json").read_text("utf-8"))
        assert told(report) == told(here)
        assert verdicts(report) == verdicts(here)
        assert "the cluster cannot run" not in " ".join(report["notes"])
        assert report["certificate"]["pairs_covered"] == report["certificate"]["pairs_total"]
        assert report["suite"]["rootdir"] == here["suite"]["rootdir"]
        assert price(folder) == "1"
        assert [each.name for each in (folder / ".leakcheck" / "workers").iterdir()] == [".gitignore"]
        assert leakcheck(folder, "report", "--fail-on", "never", "--json", "-").code == 0
    until(lambda: not living(str(tmp_path)))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("local:0", "--cluster local:0: no such number of lanes"),
        ("nowhere.json", "--cluster nowhere.json: neither an address nor a file that is there"),
    ],
)
def test_what_is_no_cluster_is_refused(where: str, message: str) -> None:
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--cluster", where, "tests")
        assert ended.code == 4
        assert message in ended.stderr
        assert "local:4" in ended.stderr


def test_without_dask_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError(\"No module named 'distributed'\")\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--cluster", "local:2", "tests")
    assert ended.code == 4
    assert "--cluster needs Dask" in ended.stderr
    assert "Install leakcheck with its extra `dask`" in ended.stderr


# Workers in folders of their own ----------------------------------------------------------------------------------


@dataclass
class Rig:
    """A scheduler and workers on this machine, each in a folder of its own; `host` is where the user stands."""

    base: Path
    host: Path
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> str:
        return str(self.base / "scheduler.json")

    def start(self, *arguments: str, where: Path, **variables: str) -> subprocess.Popen[bytes]:
        with (self.base / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=where,
                env={**environment(), "MARK": str(self.base), **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._started.append(process)
        return process

    def scheduler(self) -> None:
        plain = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.start("distributed.cli.dask_scheduler", *plain, "--scheduler-file", self.file, where=self.base)
        until(Path(self.file).exists)

    def worker(self, name: str, **variables: str) -> Path:
        """In a copy of the project."""
        folder = self.folder(name)
        if not folder.exists():
            shutil.copytree(self.host, folder, ignore=shutil.ignore_patterns(".leakcheck", "__pycache__"))
        plain = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.base / "dask"))
        self.workers[name] = self.start(
            "distributed.cli.dask_worker",
            "--scheduler-file",
            self.file,
            "--name",
            name,
            *plain,
            where=folder,
            **variables,
        )
        return folder

    def folder(self, name: str) -> Path:
        return self.base / name

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self.start("leakcheck", "run", "--cluster", self.file, *BRIEF, *arguments, "tests", where=self.host)

    def works(self, name: str) -> bool:
        """Whether executions were made in its folder."""
        return bool(list(self.folder(name).glob(".leakcheck/workers/*/e*.jsonl")))

    def report(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.host / "there.json").read_text("utf-8"))
        return found

    def engines(self) -> list[str]:
        """Of workers, and what they have started."""
        return [each for each in living(str(self.base)) if "worker.serving" in each or "boot.py" in each]

    def engine_of(self, name: str) -> int:
        """The process that has the engine of a worker."""
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                runs = b"worker.serving" in (path / "cmdline").read_bytes()
                if runs and (path / "cwd").readlink() == self.folder(name):
                    return int(path.name)
        raise AssertionError(f"no engine in {name}")

    def log(self) -> str:
        return (self.base / "log").read_text("utf-8", "replace")

    def end(self) -> None:
        """The scheduler last: workers take leave of it."""
        for process in reversed(self._started):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with SUITE.folder() as folder:
        found = Rig(tmp_path, folder)
        try:
            found.scheduler()
            yield found
        finally:
            found.end()
    until(lambda: not living(str(tmp_path)))


@pytest.mark.slow
def test_a_killed_a_slow_and_another_worker_change_nothing(here: Mapping[str, Any], rig: Rig) -> None:
    """Nothing is lost with the one that is killed while it runs, which has its files put back all the same; the one
    with other sources is refused by name."""
    rig.worker("quick", SLOW="0.2")
    rig.worker("slow", SLOW="1.5")
    warns = rig.base / "warns.py"
    warns.write_text(WARNS)
    rig.worker("killed", SLOW="0.2", DASK_DISTRIBUTED__WORKER__PRELOAD=str(warns))
    shutil.copytree(rig.host, rig.folder("other"))
    (rig.folder("other") / "shop.py").write_text("CACHE = {}\nOTHER = 1\n")
    rig.worker("other")
    run = rig.run("--json", "there.json")
    until(lambda: rig.works("killed"))
    time.sleep(1.0)  # it has warned by then
    rig.workers["killed"].send_signal(signal.SIGKILL)
    assert run.wait(LIMIT) == 1, rig.log()
    report = rig.report()
    assert told(report) == told(here)
    assert verdicts(report) == verdicts(here)
    assert report["certificate"]["pairs_covered"] == report["certificate"]["pairs_total"]
    notes = " ".join(report["notes"])
    assert "the worker other (" in notes
    assert "files: shop.py has another content" in notes
    assert "the worker killed (" in notes
    assert "is gone: what it ran was run elsewhere. Its log ends with: there is no memory left" in notes
    assert "the cluster cannot run" not in notes
    assert str(rig.folder("slow")) not in json.dumps(report["findings"])
    assert rig.works("other") is False
    for name in ("quick", "slow", "killed"):
        assert price(rig.folder(name)) == "1"
        until(lambda: os.listdir(rig.folder(name) / ".leakcheck" / "workers") == [".gitignore"])  # noqa: B023


@pytest.mark.slow
def test_an_engine_that_ends_loses_nothing_and_its_last_words_are_told(here: Mapping[str, Any], rig: Rig) -> None:
    rig.worker("one", SLOW="1")
    rig.worker("other", SLOW="1")
    run = rig.run("--json", "there.json")
    until(lambda: rig.works("one"))
    os.kill(rig.engine_of("one"), signal.SIGKILL)
    assert run.wait(LIMIT) == 1, rig.log()
    report = rig.report()
    assert told(report) == told(here)
    (note,) = (each for each in report["notes"] if "the worker one (" in each)
    assert note.endswith("is left out: its engine was killed by SIGKILL")
    assert price(rig.folder("one")) == "1"


@pytest.mark.slow
def test_what_a_worker_prints_that_cannot_start_is_told(here: Mapping[str, Any], rig: Rig) -> None:
    broken = rig.base / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(BROKEN)
    rig.worker("one", PYTHONPATH=str(broken))
    rig.worker("other")
    run = rig.run("--json", "there.json")
    assert run.wait(LIMIT) == 1, rig.log()
    assert told(rig.report()) == told(here)
    (note,) = (each for each in rig.report()["notes"] if "the worker one (" in each)
    assert "is left out: its engine ended with exit code 3: no room for an engine" in note


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", ["local:2", ""])
def test_an_interrupted_audit_goes_on_on_the_same_cluster_or_another(
    here: Mapping[str, Any], rig: Rig, elsewhere: str
) -> None:
    """What has been executed counts, wherever that was."""
    rig.worker("one", SLOW="2")
    run = rig.run()
    until(lambda: len(list(rig.host.glob(".leakcheck/2*/e*.jsonl"))) >= 5)
    run.send_signal(signal.SIGINT)
    assert run.wait(LIMIT) == 2, rig.log()
    (audit,) = rig.host.glob(".leakcheck/2*")
    before = {each.name: each.read_bytes() for each in audit.glob("e*.jsonl")}
    complete = {name: data for name, data in before.items() if b'"event":"exit","status":"finished"' in data}
    assert complete
    ended = leakcheck(
        rig.host,
        "run",
        "--resume",
        "--cluster",
        elsewhere or rig.file,
        "--json",
        "there.json",
        "--fail-on",
        "never",
    )
    assert ended.code == 0, ended.text
    assert [each.name for each in rig.host.glob(".leakcheck/2*")] == [audit.name]
    assert {name: (audit / name).read_bytes() for name in complete} == complete
    assert told(rig.report()) == told(here)
    assert verdicts(rig.report()) == verdicts(here)
    assert price(rig.host) == "1"


@pytest.mark.slow
def test_an_interrupted_audit_leaves_nothing_behind(rig: Rig) -> None:
    rig.worker("one", SLOW="30")
    run = rig.run()
    until(lambda: rig.works("one"))
    run.send_signal(signal.SIGINT)
    assert run.wait(LIMIT) == 2, rig.log()
    assert rig.engines() == []
    assert price(rig.folder("one")) == "1"


@pytest.mark.slow
def test_when_the_host_is_killed_its_workers_put_back_what_they_changed(rig: Rig) -> None:
    rig.worker("one", SLOW="30")
    run = rig.run()
    until(lambda: rig.works("one"))
    run.send_signal(signal.SIGKILL)
    run.wait(LIMIT)
    until(lambda: not rig.engines())
    assert price(rig.folder("one")) == "1"
    assert os.listdir(rig.folder("one") / ".leakcheck" / "workers") == [".gitignore"]


@pytest.mark.slow
def test_two_workers_in_one_folder_and_none_that_can_run_it(rig: Rig) -> None:
    """The second has to have a folder of its own; where nobody is left, that is the end, with what differs."""
    folder = rig.worker("first")
    (folder / "shop.py").write_text("CACHE = {}\nOTHER = 1\n")
    run = rig.run()
    assert run.wait(LIMIT) == 4
    assert "no worker of the cluster can run this suite" in rig.log()
    assert "the worker first (" in rig.log()
    shutil.copy(rig.host / "shop.py", folder)
    rig.workers["first"].terminate()
    rig.worker("second", SLOW="2")
    shutil.copytree(rig.host, rig.folder("third"), ignore=shutil.ignore_patterns(".leakcheck"))
    (rig.folder("fourth")).symlink_to(rig.folder("third"))
    rig.worker("third", SLOW="2")
    rig.worker("fourth", SLOW="2")
    assert rig.run("--json", "there.json").wait(LIMIT) == 1, rig.log()
    assert "Give each worker a folder of its own" in " ".join(rig.report()["notes"])
