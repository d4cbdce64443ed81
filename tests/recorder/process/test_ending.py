"""A process that ends briefly leaves outside of it what any other leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

_PROGRAM = """
import atexit, logging, sys, tempfile, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from leakcheck.recorder.process.ending import end_briefly

folder = Path(sys.argv[1])

def late():
    time.sleep(0.05)
    (folder / "thread").touch()

threading.Thread(target=late).start()
ThreadPoolExecutor().submit(lambda: (folder / "worker").touch())
kept = tempfile.TemporaryDirectory(dir=folder)
atexit.register((folder / "exit").touch)
atexit.register(lambda: 1 / 0)
sys.stdout.write("written, not flushed")
end_briefly(3)
"""


def test_threads_exit_functions_and_buffers_are_heeded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "written, not flushed")
    assert "ZeroDivisionError" in ended.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["exit", "thread", "worker"]
