"""The sequence in which each process ran its tests, and who failed: kept for who wants to run it again
(`.leakcheck/runs/`, `leakcheck replay`)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from leakcheck.own_folders import Own, remove_own
from leakcheck.recorder.syscalls import Real
from leakcheck.wire.run_logs import FAILED, FOLDER, MAIN, SOURCES, SUFFIX, digest_of, failed_line, source_line

MOST = 20
NAME_FOR_WORKERS = "leakcheck_run"
_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass
class Run:
    """This run of pytest, of which this process may be a worker. `folder` is that of audits."""

    config: Any
    folder: str
    _made: list[Path] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """Sorted by name, runs are sorted by time. Workers have that of the process that has started them."""
        return str(self._given.get(NAME_FOR_WORKERS) or f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")

    @property
    def worker(self) -> str:
        return str(self._given.get("workerid", MAIN))

    @property
    def is_worker(self) -> bool:
        return hasattr(self.config, "workerinput")

    @property
    def _given(self) -> dict[str, Any]:
        return getattr(self.config, "workerinput", {})

    def place(self) -> Path:
        """Its folder; OSError if it cannot be."""
        if not self._made:
            base = Path(self.folder)
            _make(base)
            place = base / FOLDER / self.name
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget(base / FOLDER)
            self._made.append(place)
        return self._made[0]

    def write(self, name: str, text: str) -> None:
        """Append to one of its files, as far as that can be."""
        with contextlib.suppress(OSError):
            descriptor = Real.open(str(self.place() / name), _FLAGS, 0o600)
            try:
                Real.write(descriptor, _bytes(text))
            finally:
                Real.close(descriptor)


@dataclass(frozen=True)
class Sequences:
    """An open file: one node id a line, written when the test begins, so that it names who crashed its process."""

    descriptor: int
    owner: int

    @classmethod
    def begin(cls, run: Run) -> Sequences | None:
        """In the folder of this run, under the name of the process; None where nothing can be written."""
        try:
            descriptor = Real.open(str(run.place() / f"{run.worker}{SUFFIX}"), _FLAGS, 0o600)
        except OSError:
            return None
        return cls(descriptor, Real.getpid())

    def add(self, test: str) -> None:
        """The next test begins. A process that a test forks writes nothing."""
        if Real.getpid() == self.owner:
            with contextlib.suppress(OSError):  # a test may have closed it
                Real.write(self.descriptor, _bytes(f"{test}\n"))


def keep_failure(run: Run, report: Any) -> None:
    """A test has failed, in this process or in that of the worker that the report names."""
    gateway = getattr(getattr(report, "node", None), "gateway", None)
    run.write(FAILED, failed_line(getattr(gateway, "id", run.worker), report.nodeid))


def keep_sources(run: Run, items: Iterable[Any]) -> None:
    """What the test files hold, and the conftests beside and above them: once for a run."""
    root = Path(str(run.config.rootpath))
    files = dict.fromkeys(path for each in items if (path := getattr(each, "path", None)) is not None)
    folders = dict.fromkeys(parent for file in files for parent in file.parents if parent.is_relative_to(root))
    every = (*files, *(folder / "conftest.py" for folder in folders))
    told = {each.relative_to(root).as_posix(): digest for each in every if (digest := _digest(each, root))}
    with contextlib.suppress(OSError):  # a run that nothing can be kept of is none that went wrong
        if not (run.place() / SOURCES).exists():
            run.write(SOURCES, "".join(source_line(digest, file) for file, digest in sorted(told.items())))


def _digest(file: Path, root: Path) -> str:
    try:
        return digest_of(file.read_bytes()) if file.is_relative_to(root) and file.is_file() else ""
    except OSError:
        return ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


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
