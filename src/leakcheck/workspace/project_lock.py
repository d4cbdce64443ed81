"""Audits of the same project take turns: what the tests of one write to files, the other would take for its own."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leakcheck.progress import Progress
from leakcheck.workspace.salts import private_folder

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

_TICK = 0.1
_WAITING = "another audit is running here: this one waits for its end, since their tests may write the same files"


class BusyHere(Exception):
    """Another audit has the project, and nobody waits any longer."""


@contextmanager
def in_turn(project: Path, progress: Progress, until: float = float("inf")) -> Iterator[None]:
    """Have `project`, the folder that the user stands in, for oneself. Who is a test of the other does not wait.
    Raises `BusyHere` where another has it at the time `until` (monotonic)."""
    descriptor = _opened(project)
    if descriptor is None or fcntl is None:
        yield
        return
    try:
        _wait(descriptor, progress, until)
        yield
    finally:
        os.close(descriptor)


def _opened(project: Path) -> int | None:
    """The file by which those agree who audit `project`; None where there cannot be one."""
    name = hashlib.blake2b(os.fsencode(os.path.realpath(project)), digest_size=8).hexdigest()
    place = private_folder()
    try:
        return None if place is None else os.open(place / f"{name}.turn", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None


def _wait(descriptor: int, progress: Progress, until: float) -> None:
    told = False
    while not _taken(descriptor):
        if _holder(descriptor) in _ancestors():
            return
        if time.monotonic() > until:
            raise BusyHere
        if not told:
            progress.note(_WAITING)
            told = True
        time.sleep(_TICK)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    with suppress(OSError):  # without room, nobody is told who has it
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d" % os.getpid(), 0)
    return True


def _holder(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0)
    return int(text) if text.isdigit() else 0


def _ancestors() -> Iterator[int]:
    """The processes that this one was started by, where the system tells."""
    pid = os.getppid()
    while pid > 0:
        yield pid
        try:
            status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        except OSError:
            return
        pid = int(status.rpartition(")")[2].split()[1])
