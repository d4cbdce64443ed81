"""What stands between the engine and what it starts, with real processes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leakcheck.engine.spawn.keeper import MAX_LOG, SHIELDS
from leakcheck.engine.spawn.keeper_client import KeptProcess

pytestmark = [pytest.mark.processes, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere orphans come to nobody")
LIMIT = 20.0
Start = Callable[..., KeptProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Python code, with a word in its environment that all descendants have."""
    started: list[KeptProcess] = []

    def start(code: str, *descriptors: int) -> KeptProcess:
        variables = {**os.environ, "MARK": str(tmp_path)}
        with (tmp_path / "log").open("wb") as log:
            started.append(KeptProcess.start([sys.executable, "-c", code], log, variables, descriptors))
        return started[-1]

    yield start
    for each in started:
        each.end()


def descendants(tmp_path: Path) -> list[int]:
    """All living processes with that word."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            ended = (path / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if not ended and f"MARK={tmp_path}\0".encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
    return found


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("import os; os._exit(3)", 3),
        ("import os; os.kill(os.getpid(), 11)", -signal.SIGSEGV),
        ("import os; os.killpg(0, 9)", -signal.SIGKILL),
        ("import os; os.killpg(os.getpgid(os.getppid()), 15)", 0),
    ],
    ids=["ends", "leaves", "segfault", "kills its group", "ends its parent's group"],
)
def test_the_exit_code_is_that_of_the_command(start: Start, code: str, status: int) -> None:
    spawned = start(code)
    assert spawned.pid > 0
    assert spawned.wait(LIMIT)
    assert (spawned.poll(), spawned.keeper_killed) == (status, False)


def test_what_cannot_be_started_is_an_error(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log, pytest.raises(OSError, match="No such file or directory"):
        KeptProcess.start([str(tmp_path / "nothing")], log, os.environ)


def kills_parents(times: int, then: str) -> str:
    return f"""
import os, time
for _ in range({times}):
    parent = os.getppid()
    os.kill(parent, 9)
    while os.getppid() == parent:
        time.sleep(0.001)
{then}
"""


@on_linux
def test_who_kills_its_parent_goes_on(start: Start, tmp_path: Path) -> None:
    spawned = start(kills_parents(SHIELDS, "os._exit(7)"))
    assert spawned.wait(LIMIT)
    assert (spawned.poll(), spawned.keeper_killed) == (7, False)
    wait_until(lambda: descendants(tmp_path) == [])  # the keeper itself has just told its last


@on_linux
@pytest.mark.parametrize("killed", [SHIELDS - 2, SHIELDS - 1])
def test_who_has_one_shield_left_is_exposed(start: Start, killed: int) -> None:
    spawned = start(kills_parents(killed, "time.sleep(600)"))
    wait_until(lambda: spawned.poll() is None and len(spawned.ended) == killed)
    assert spawned.is_exposed is (killed == SHIELDS - 1)


@on_linux
def test_what_it_leaves_behind_ends_with_it(start: Start, tmp_path: Path) -> None:
    spawned = start("""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
""")
    assert spawned.wait(LIMIT)
    assert spawned.poll() == 0
    wait_until(lambda: descendants(tmp_path) == [])


@on_linux
def test_all_ends_when_the_engine_is_gone(start: Start, tmp_path: Path) -> None:
    spawned = start("""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
""")
    wait_until(lambda: len(descendants(tmp_path)) == SHIELDS + 3)
    assert spawned.line is not None
    spawned.line.close()
    spawned.line = None
    wait_until(lambda: descendants(tmp_path) == [])


@on_linux
def test_all_ends_when_the_keeper_is_killed(start: Start, tmp_path: Path) -> None:
    spawned = start("import time; time.sleep(600)")
    os.kill(spawned.process.pid, signal.SIGKILL)
    assert spawned.wait(LIMIT)
    assert spawned.keeper_killed
    wait_until(lambda: descendants(tmp_path) == [])


@on_linux
def test_the_end_of_an_orphan_is_told(start: Start) -> None:
    reading, writing = os.pipe()
    spawned = start(
        f"""
import os, time
os.set_inheritable({writing}, True)
if os.fork() == 0:
    if os.fork() == 0:
        os.write({writing}, str(os.getpid()).encode())
        os._exit(5)
    os._exit(0)
time.sleep(600)
""",
        writing,
    )
    os.close(writing)
    with open(reading) as stream:
        orphan = int(os.read(stream.fileno(), 100))
        wait_until(lambda: spawned.poll() is None and orphan in spawned.ended)
    assert spawned.ended[orphan] == 5


def test_only_the_beginning_of_what_is_printed_is_kept(start: Start, tmp_path: Path) -> None:
    spawned = start(f"import os\nfor _ in range({2 * MAX_LOG // 65_536}): os.write(1, b'x' * 65_536)")
    assert spawned.wait(LIMIT)
    assert spawned.poll() == 0
    assert (tmp_path / "log").stat().st_size == MAX_LOG


def test_a_limit_of_file_sizes_does_not_meet_what_is_printed(start: Start, tmp_path: Path) -> None:
    spawned = start("""
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
print("x" * 100)
""")
    assert spawned.wait(LIMIT)
    assert (spawned.poll(), (tmp_path / "log").read_text().strip()) == (0, "x" * 100)
