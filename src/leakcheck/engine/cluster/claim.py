"""One worker a folder: what the tests of one write to files, the other would take for its own."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leakcheck.errors import EngineFailed
from leakcheck.progress import Silent
from leakcheck.store import AuditFolder
from leakcheck.store.appending import NO_LINK
from leakcheck.workspace.project_lock import BusyHere, in_turn

PATIENCE = 10.0
"""Seconds that an engine whose worker was killed has to put back what was changed."""
_WAY_OUT = "Give each worker a folder of its own, or start one worker of several threads there."


@contextmanager
def claimed(base: Path, audit: str) -> Iterator[None]:
    """Have the project that this process stands in for oneself, and the folder `base` as well, which may be seen by
    other machines. EngineFailed if another has it."""
    try:
        with in_turn(Path.cwd(), Silent(), until=time.monotonic() + PATIENCE):
            AuditFolder.prepare(base.parent)
            AuditFolder.prepare(base)
            claim = base / f"{audit}.claim"
            _claim(claim)
            try:
                yield
            finally:
                with suppress(OSError):
                    claim.unlink()
    except BusyHere:
        raise EngineFailed(f"another worker or audit is at work in {Path.cwd()}", hint=_WAY_OUT) from None


def _claim(path: Path) -> None:
    own = f"{socket.gethostname()} {os.getpid()}"
    for _ in range(2):
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600), "w") as stream:
                stream.write(own)
            return
        except FileExistsError:
            _check_holder(path)
    raise EngineFailed(f"another worker is at work in {Path.cwd()}", hint=_WAY_OUT)


def _check_holder(path: Path) -> None:
    """EngineFailed if who has claimed the folder lives, or cannot be asked; else the claim goes."""
    name, _, pid = path.read_text("utf-8", "replace").partition(" ")
    if name != socket.gethostname() or (pid.isdigit() and _lives(int(pid))):
        raise EngineFailed(f"the worker of {name} is at work in {Path.cwd()}, too", hint=_WAY_OUT)
    path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
