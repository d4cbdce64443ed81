"""Files that the tests of an audit which was killed had changed, put back by whoever audits next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from leakcheck.engine import Disk
from leakcheck.errors import CannotRecord, UsageError
from leakcheck.events import Outside
from leakcheck.store import AuditFolder, audits, kept_by

LATE = 5.0
"""Seconds after the last sign of life of an audit in which its tests may have written."""


def put_back_leftovers(base: Path) -> Iterator[str]:
    """Put back what ended audits below `base` have left changed; tells about it in sentences."""
    for folder in audits(base):
        if folder.has_copies():
            try:
                lock = folder.lock()
            except (UsageError, CannotRecord):
                continue  # it is still running, or nobody can write there
            try:
                yield from _put_back(folder)
            finally:
                os.close(lock)


def _put_back(folder: AuditFolder) -> Iterator[str]:
    touched = kept_by(folder)
    end = LATE + max(folder.segment(tag).stat().st_mtime for tag in folder.tags())
    newer = {each.name for each in touched if _written_after(each, end)}
    undo = Disk(folder)
    undo.remember(each for each in touched if each.name not in newer)
    changed = undo.put_back()
    if changed:
        yield f"put back, as the audit {folder.path.name} was killed before it could: {', '.join(changed)}"
    yield from undo.troubles()
    for each in {each.name: each for each in touched if each.name in newer}.values():
        yield f"{each.name} was changed after the audit {folder.path.name} was killed, and is left as it is"
    undo.put_back_the_start()
    undo.forget_copies()


def _written_after(touched: Outside, end: float) -> bool:
    try:
        return os.lstat(touched.name).st_mtime > end
    except OSError:
        return False
