"""Executions under way: their limits, how they ended, and whether they could be recorded."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass

from leakcheck import events
from leakcheck.errors import CannotRecord
from leakcheck.recorder.segment import GAVE_UP
from leakcheck.records import Order, Status
from leakcheck.store import AuditFolder

_SPARE = 65_536
"""Bytes that are to be free beside a segment of the same size."""


@dataclass(frozen=True)
class Limits:
    """Seconds without a sign of life during one test, and seconds for one execution."""

    test: float = 60.0
    execution: float = 1800.0


@dataclass
class Job:
    """One execution under way; `tried` before, when it could not be recorded."""

    tag: str
    order: Order
    mode: str
    pid: int = 0
    process: subprocess.Popen[bytes] | None = None
    node: str = ""
    began: float = 0.0
    size: int = -1
    alive: float = 0.0
    running: bool = False
    timed_out: bool = False
    status: int | None = None
    tried: bool = False


def status_of_job(job: Job, items: Iterable[events.Event]) -> Status:
    """How a job ended that has recorded `items`."""
    kinds = {type(event) for event in items}
    if job.timed_out:
        return "timeout"
    if events.Completed in kinds:
        return "finished"
    if events.Stopped in kinds:
        return "stopped"
    return "crashed" if events.Started in kinds else "refused"


def gave_up(folder: AuditFolder, tag: str) -> bool:
    """Whether the process of the segment `tag` could not go on recording; the segment can be written to again."""
    if stat.S_IMODE(folder.status(tag).st_mode) != GAVE_UP:
        return False
    folder.segment(tag).chmod(0o600)
    return True


def has_room(folder: AuditFolder, tag: str) -> bool:
    """Whether what the segment `tag` holds, and more, can be written to the folder now."""
    trial = folder.path / "room"
    try:
        trial.write_bytes(bytes(folder.status(tag).st_size + _SPARE))
    except OSError:
        return False
    finally:
        trial.unlink(missing_ok=True)
    return True


def cannot_record(folder: AuditFolder) -> CannotRecord:
    """What to tell when it cannot."""
    free = os.statvfs(folder.path).f_bavail * os.statvfs(folder.path).f_frsize
    return CannotRecord(f"cannot write to {folder.path}: no room is left ({free // 1024} KiB free)")
