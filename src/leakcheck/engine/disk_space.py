"""Whether there is room to record executions."""

from __future__ import annotations

import os
import stat

from leakcheck.errors import CannotRecord
from leakcheck.recorder.segment import GAVE_UP
from leakcheck.store import AuditFolder
from leakcheck.wire.events import Collected

_SPARE = 65_536
"""Bytes that are to be free beside a segment of the same size."""


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
        trial.unlink(missing_ok=True)
        with os.fdopen(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(bytes(folder.status(tag).st_size + _SPARE))
    except OSError:
        return False
    finally:
        trial.unlink(missing_ok=True)
    return True


def cannot_record(folder: AuditFolder) -> CannotRecord:
    """What to tell when it cannot."""
    free = os.statvfs(folder.path).f_bavail * os.statvfs(folder.path).f_frsize
    return CannotRecord(f"cannot write to {folder.path}: no room is left ({free // 1024} KiB free)")


def collected_in(folder: AuditFolder, tag: str) -> Collected | None:
    """What the collection of the segment `tag` has found, if it came so far. CannotRecord if there was no room."""
    if not folder.segment(tag).exists():
        return None
    if gave_up(folder, tag):
        raise cannot_record(folder)
    return next((event for event in folder.read(tag) if isinstance(event, Collected)), None)
