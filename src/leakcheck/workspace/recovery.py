"""Puts back what an audit has left changed that was killed, and nothing that anybody has edited since.

The guard of an audit outlives it, and marks in its folder when the last process was over. What was written later
was written by somebody else: it stays, and what the file held before the tests is kept beside. Where the guard was
killed too (the power was cut), the last sign of life has to do.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable

from leakcheck.store import AuditFolder
from leakcheck.wire.events import Outside
from leakcheck.workspace.touched_files import TouchedFiles
from leakcheck.workspace.undo import differs, earliest

LATE = 5.0
"""Seconds after the last sign of life of an audit in which its tests may have written."""
_LEFT = "{} was changed after the audit {} was killed, and is left as it is{}"


def recover(disk: TouchedFiles, touched: Iterable[Outside]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put back what ended sessions of the audit have `touched`: (what had changed, what was not put back, in
    sentences)."""
    told = tuple(disk.proven(touched))
    was_edited = edited_since(disk.folder)
    disk.remember(each for each in told if each.what == "settled")
    first = {**earliest(disk.of_the_start()), **earliest(told)}
    edited = {name for name, each in first.items() if was_edited(name) and differs(each, disk.copies)}
    notes = [_set_beside(disk.folder, first[name]) for name in sorted(edited)]
    disk.remember(each for each in told if each.what != "settled" and each.name not in edited)
    changed = disk.put_back(at_once=True)
    disk.put_back_the_start(keeps=lambda event: event.name in edited)
    return changed, (*notes, *disk.troubles())


def edited_since(folder: AuditFolder) -> Callable[[str], bool]:
    """Tells of a file whether it was written when no test of the audit in `folder` could any more."""
    mark = folder.mark()
    end = mark if mark is not None else folder.last_sign() + int(LATE * 1e9)
    return lambda name: _written(name) >= end


def _written(name: str) -> int:
    """When content or name were changed, in nanoseconds: who moves a file there leaves its own time on it."""
    try:
        found = os.lstat(name)
    except OSError:
        return 0  # what is gone holds nothing that could be lost
    return 0 if stat.S_ISDIR(found.st_mode) else max(found.st_mtime_ns, found.st_ctime_ns)


def _set_beside(folder: AuditFolder, event: Outside) -> str:
    kept = folder.set_beside(event.copy) if event.has_copy else None
    told = f"; what it held before is kept in {kept}" if kept is not None else ""
    return _LEFT.format(event.name, folder.path.name, told)


def unproven(folder: AuditFolder, touched: Iterable[Outside]) -> str:
    """What is told of an audit of which nobody can show that it is one's own, in one sentence."""
    names = sorted({each.name for each in touched if each.what == "file"})
    shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    files = f": it says that its tests have changed {shown}, and that copies lie in {folder.path}" if names else ""
    return f"nothing is put back for {folder.path}, which was not made here by you, or too long ago{files}"
