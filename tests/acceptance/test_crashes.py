"""Whatever ends, hangs, floods or kills: the audit ends, every test has its verdict, and nothing is left behind."""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
from collections import Counter
from pathlib import Path

import pytest

from support import Audited, Project, run

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to see what is left behind")

ENDS = """
    import ctypes
    import os
    import resource
    import signal
    import sys
    import threading

    import pytest

    def test_first():
        pass

    def test_c_stack():
        @ctypes.CFUNCTYPE(None)
        def again():
            again()
        sys.setrecursionlimit(10**8)
        threading.stack_size(128 * 1024)
        thread = threading.Thread(target=again)
        thread.start()
        thread.join()

    def test_aborts():
        os.abort()

    def test_leaves():
        os._exit(3)

    def test_kills_its_group():
        os.killpg(0, signal.SIGKILL)

    def test_memory_error():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 32, resource.RLIM_INFINITY))
        bytearray(1 << 33)

    def test_loops_deafly():
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
        while True:
            pass

    @pytest.mark.timeout(0.3, method="signal")
    def test_timeout_by_signal():
        threading.Event().wait(60)

    @pytest.mark.timeout(0.3, method="thread")
    def test_timeout_by_thread():
        threading.Event().wait(60)

    def test_interrupts():
        raise KeyboardInterrupt

    def test_exits():
        pytest.exit("a secret reason")

    def test_stops_the_run(request):
        request.session.shouldstop = "enough"

    def test_last():
        pass
"""
LIMIT = {"fork": "4", "spawn": "15"}
"""Seconds for a test: a process of its own must have started within it, on a slow machine too."""


def crashes(found: Audited) -> dict[str, tuple[str, str]]:
    """Name of the test → (verdict, what ended it)."""
    return {row["id"].partition("::")[2]: (row["verdict"], row["crash"]) for row in found.report["tests"]}


@pytest.fixture(scope="module", params=["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def ended(request: pytest.FixtureRequest) -> Audited:
    limit = LIMIT[request.param]
    return Project({"test_ends.py": ENDS}).audit(
        "--random", "0", "--test-timeout", limit, "--engine", request.param, "--", "-p", "pytest_timeout"
    )


def test_what_ended_a_test_is_named(ended: Audited) -> None:
    limit = LIMIT[ended.report["suite"]["engine"]]
    found = crashes(ended)
    verdict, crash = found.pop("test_memory_error")
    assert (verdict, crash.partition(" at ")[0]) == ("failing", "MemoryError"), ended.text
    assert found == {
        "test_first": ("stable", ""),
        "test_c_stack": ("crashing", "killed by SIGSEGV"),
        "test_aborts": ("crashing", "killed by SIGABRT"),
        "test_leaves": ("crashing", "ended its process with exit code 3"),
        "test_kills_its_group": ("crashing", "killed by SIGKILL"),
        "test_timeout_by_signal": ("failing", "Failed at test_ends.py:44"),
        "test_timeout_by_thread": ("crashing", "ended its process with exit code 1"),
        "test_loops_deafly": ("timeout", f"killed: no end after {limit} s"),
        "test_interrupts": ("crashing", "KeyboardInterrupt ended the run"),
        "test_exits": ("crashing", "pytest.exit ended the run"),
        "test_stops_the_run": ("stable", ""),
        "test_last": ("stable", ""),
    }, ended.text


def test_all_others_are_judged_and_the_terminal_tells(ended: Audited) -> None:
    assert ended.code == 0, ended.text
    assert "Traceback" not in ended.text
    assert "a secret reason" not in ended.text
    for order in ("declared", "reversed"):
        for test in ("test_first", "test_last"):
            assert ended.outcomes(order)[f"test_ends.py::{test}"] == "passed"
    assert "test_ends.py::test_c_stack\n    killed by SIGSEGV\n" in ended.stdout
    declared = next(row for row in ended.report["orders"] if row["name"] == "declared")
    assert declared["outcomes"] == Counter(ended.outcomes("declared").values()), ended.text
    assert sum(declared["outcomes"].values()) == len(ended.report["tests"])


# What is left behind --------------------------------------------------------------------------------------------

LEAVES = """
    import os
    import subprocess
    import sys
    import time

    def test_first():
        pass

    def test_leaves_fifty_children():
        for _ in range(50):
            if os.fork() == 0:
                time.sleep(600)
                os._exit(0)

    def test_leaves_sessions():
        for _ in range(5):
            subprocess.Popen(["sleep", "600"], start_new_session=True)

    def test_leaves_a_daemon():
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                for descriptor in range(3, 64):
                    try:
                        os.set_inheritable(descriptor, True)
                    except OSError:
                        pass
                os.execvp("sleep", ["sleep", "600"])
            os._exit(0)
        os.wait()

    def test_floods():
        for _ in range(60):
            os.write(1, b"x" * 1_000_000)
        print("y" * 20_000_000)
        subprocess.run([sys.executable, "-c", "print('z' * 20_000_000)"], check=True)

    def test_kills_its_parent():
        os.kill(os.getppid(), 9)

    def test_ends_its_parent():
        os.kill(os.getppid(), 15)

    def test_kills_another_parent():
        os.kill(os.getppid(), 9)

    def test_last():
        pass
"""
MEASURED = """
import json, sys
from leakcheck.cli.main import main
code = main(sys.argv[2:])
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
open(sys.argv[1], "w").write(json.dumps([code, peak]))
"""


def alive(mark: str) -> list[str]:
    """Command lines of the living processes that have `mark` in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"MARK={mark}\0".encode() in (path / "environ").read_bytes():
                found.append((path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if line]  # those without are over, and not yet waited for


@on_linux
@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_nothing_is_left_and_no_memory_filled(tmp_path: Path, engine: str) -> None:
    mark, report, measured = secrets.token_hex(8), tmp_path / "report.json", tmp_path / "measured.json"
    with Project({"test_leaves.py": LEAVES}).folder() as folder:
        given = ("run", "--random", "0", "--lanes", "2", "--engine", engine, "--json", str(report), "--", "-s")
        ended = run(folder, sys.executable, "-c", MEASURED, str(measured), *given, variables={"MARK": mark})
        assert alive(mark) == [], ended.text
    code, peak = json.loads(measured.read_text("utf-8"))
    found = json.loads(report.read_text("utf-8"))
    assert code == 0, ended.text
    assert {row["verdict"] for row in found["tests"]} == {"stable"}, ended.text
    assert all(set(row["outcomes"].values()) == {"passed"} for row in found["tests"])
    assert peak < 100_000, "kB: what tests print does not go through the controller's memory"
    assert "Traceback" not in ended.text
    if engine == "fork":
        note = "a process that tests are forked from was killed, by a test or by somebody else"
        assert note in " ".join(ended.stdout.split())


HINT = (
    "Look at what conftest.py and the test files do when they are imported, or give them more time with "
    "--execution-timeout."
)
ROOT_KILLED = """
    import os
    import time

    def parent_of(pid):
        with open(f"/proc/{pid}/stat") as stream:
            return int(stream.read().rpartition(")")[2].split()[1])

    def test_first():
        pass

    def test_kills_its_grandparent():
        os.kill(parent_of(os.getppid()), 9)
        time.sleep(0.2)

    def test_last():
        pass
"""


@on_linux
def test_without_the_root_each_order_has_its_own_process() -> None:
    found = Project({"test_root.py": ROOT_KILLED}).audit("--random", "0")
    assert set(found.names.values()) == {"stable"}, found.text
    assert found.code == 0
    assert "everything was forked from was killed" in found.stderr
    assert found.report["suite"]["engine"] == "spawn"


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_a_collection_that_does_not_end_is_ended(engine: str) -> None:
    endless = "import time\ntime.sleep(600)\ndef test_a(): pass\n"
    found = Project({"test_a.py": endless}).audit("--execution-timeout", "3", "--engine", engine)
    assert found.code == 4, found.text
    assert found.stderr.splitlines()[-2:] == [
        "leakcheck: the collection has not ended after 3 s",
        HINT,
    ]
