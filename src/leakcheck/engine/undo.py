"""Puts back the files that executions changed, from the copies that the recorder kept."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from leakcheck.events import Outside


def put_back(touched: Iterable[Outside]) -> tuple[set[str], list[str]]:
    """Undo writes to files: the earliest copy of each counts. Returns (what had changed, what could not be undone).

    Names that were not there are removed, innermost first; nothing else is ever deleted.
    """
    first: dict[str, Outside] = {}
    for each in touched:
        if each.what == "file" and (each.name not in first or each.at < first[each.name].at):
            first[each.name] = each
    changed: set[str] = set()
    failed = []
    for name, each in sorted(first.items(), reverse=True):
        try:
            if _put_back(Path(name), each.copy):
                changed.add(name)
        except OSError as error:
            failed.append(f"{name}: {error.strerror}")
    return changed, failed


def _put_back(path: Path, copy: str) -> bool:
    """Whether `path` differed from its copy."""
    if copy == "?":
        return False
    if copy == "":
        return _remove(path)
    differs = not path.is_file() or not filecmp.cmp(path, copy, shallow=False)
    if differs and path.is_file():
        shutil.copyfile(copy, path)  # in place: a process of the tree may hold the file open
        shutil.copystat(copy, path)
    elif differs:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy, path)
    return differs


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            path.rmdir()  # a folder that was made holds nothing any more, or holds what is not ours
        return False
    present = os.path.lexists(path)
    if present:
        path.unlink()
    return present
