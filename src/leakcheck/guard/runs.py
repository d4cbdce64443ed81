"""The sequence in which each process ran its tests, kept for who wants to run it again: `.leakcheck/runs/`."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakcheck.own_folders import Own, remove_own
from leakcheck.recorder.syscalls import Real

FOLDER, MOST = "runs", 20
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class Sequences:
    """An open file: one node id a line, written when the test begins, so that it names who crashed its process."""

    descriptor: int
    owner: int

    @classmethod
    def begin(cls, folder: str, config: Any) -> Sequences | None:
        """In the folder of this run, under the name of the process; None where nothing can be written."""
        worker = getattr(config, "workerinput", {})
        run = worker.get("leakcheck_run") or run_name()
        base = Path(folder)
        try:
            _make(base)
            place = base / FOLDER / run
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = f"{worker.get('workerid', 'main')}.txt"
            descriptor = Real.open(str(place / name), _FLAGS, 0o600)
        except OSError:
            return None
        _forget(base / FOLDER)
        return cls(descriptor, Real.getpid())

    def add(self, test: str) -> None:
        """The next test begins. A process that a test forks writes nothing."""
        if Real.getpid() == self.owner:
            with contextlib.suppress(OSError):  # a test may have closed it
                Real.write(self.descriptor, f"{test}\n".encode("utf-8", "backslashreplace"))


def run_name() -> str:
    """Sorted by name, runs are sorted by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"


def _make(base: Path) -> None:
    base.mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileExistsError), (base / ".gitignore").open("x", encoding="ascii") as ignored:
        ignored.write("*\n")  # whatever stands there, be it a link to nowhere, stays


def _forget(folder: Path) -> None:
    """All but the newest runs go."""
    with contextlib.suppress(OSError):
        own = Own.at(str(folder))
        for name in sorted(os.listdir(folder))[:-MOST]:
            remove_own(own, name)
