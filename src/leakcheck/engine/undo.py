"""Puts back the files that executions changed, from the copies that the recorder kept."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from leakcheck.events import ABSENT, UNKEPT, Outside
from leakcheck.recorder.keeping import attributes, set_attributes

_TOO_LARGE = "it is too large to keep a copy"


def put_back(touched: Iterable[Outside]) -> tuple[set[str], Mapping[str, str]]:
    """Undo changes of files, folders and links: the earliest copy of each counts. Returns (what had changed, what
    could not be undone and why).

    First what was not there is removed, innermost first; nothing else is ever deleted. Then what was there comes
    back, outermost first. Folders get their modes and times last: their content does not change any more.
    """
    copies = _earliest(touched)
    changed: set[str] = set()
    failed = {name: _TOO_LARGE for name in copies if copies[name] == UNKEPT and _kind(Path(name)) == stat.S_IFREG}
    made = sorted((name for name in copies if copies[name] == ABSENT), reverse=True)
    kept = sorted(name for name in copies if copies[name] != UNKEPT and os.path.lexists(copies[name]))
    for name in (*made, *kept):
        try:
            differed = _restore(Path(name), Path(copies[name])) if copies[name] else _remove(Path(name))
        except OSError as error:
            failed[name] = error.strerror or str(error)
        else:
            changed |= {name} if differed else set()
    for name in reversed(kept):
        _settle(name, copies[name])
    return changed, failed


def _earliest(touched: Iterable[Outside]) -> Mapping[str, str]:
    """path -> the copy of what stood there first."""
    first: dict[str, Outside] = {}
    for each in touched:
        if each.what == "file" and (each.name not in first or each.at < first[each.name].at):
            first[each.name] = each
    return {name: each.copy for name, each in first.items()}


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            path.rmdir()  # a folder that was made holds nothing any more, or holds what is not ours
        return False
    present = os.path.lexists(path)
    if present:
        path.unlink()
    return present


def _restore(path: Path, copy: Path) -> bool:
    """Whether `path` differed from its copy."""
    if _kind(path) != _kind(copy):
        _clear(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if _kind(copy) == stat.S_IFDIR:
            path.mkdir()
        else:
            _copy_anew(path, copy)
        return True
    if copy.is_symlink():
        if path.readlink() == copy.readlink():
            return False
        path.unlink()
        path.symlink_to(copy.readlink())
        return True
    if copy.is_dir():
        return path.stat().st_mode != copy.stat().st_mode
    if filecmp.cmp(path, copy, shallow=False):
        return path.stat().st_mode != copy.stat().st_mode
    try:
        _copy_in_place(path, copy)
    except OSError:
        os.replace(copy, path)  # where no room is left, this needs none
    return True


def _copy_anew(path: Path, copy: Path) -> None:
    try:
        shutil.copy2(copy, path, follow_symlinks=False)
    except OSError:
        os.replace(copy, path)


def _copy_in_place(path: Path, copy: Path) -> None:
    """A process of the tree may hold the file open, so it stays the same file, and keeps the room that it has."""
    if not os.access(path, os.W_OK):
        path.chmod(0o600)
    with copy.open("rb") as source, path.open("r+b") as target:
        shutil.copyfileobj(source, target)
        target.truncate()


def _clear(path: Path) -> None:
    kind = _kind(path)
    if kind == stat.S_IFDIR:
        path.rmdir()
    elif kind:
        path.unlink()


def _kind(path: Path) -> int:
    """Regular file, folder or link; 0 for nothing."""
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return 0


def _settle(name: str, copy: str) -> None:
    """Mode and times, as they were."""
    with contextlib.suppress(OSError):
        if _kind(Path(name)) == _kind(Path(copy)) != stat.S_IFLNK:
            shutil.copystat(copy, name)
            set_attributes(name, attributes(copy))
