"""What the layer over a project holds when its execution is over: what was changed there, by whatever means."""

from __future__ import annotations

import filecmp
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from leakcheck.recorder.outside.file_copies import below
from leakcheck.recorder.outside.places import CACHES

_OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque")
_MOVED = ("trusted.overlay.redirect", "user.overlay.redirect")


@dataclass(frozen=True)
class Changed:
    """What stands at `path` in the project is another one in a layer, or gone, since `clock` (in nanoseconds)."""

    path: str
    clock: int


def changes(upper: str, root: str) -> Iterator[Changed]:
    """What differs from what lies below `root`, where nothing was changed. A file that was opened to be written
    and holds what it held is no difference, nor is a new folder by itself."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with suppress(OSError), os.scandir(os.path.join(upper, folder)) as rows:
            for row in rows:
                name = os.path.join(folder, row.name)
                if not _counts(row.name):
                    continue
                found = row.stat(follow_symlinks=False)
                paths = _at(row.path, os.path.join(root, name), found)
                yield from (Changed(path, found.st_ctime_ns) for path in paths)
                if stat.S_ISDIR(found.st_mode):
                    waiting.append(name)


def _counts(name: str) -> bool:
    return name not in CACHES and not name.endswith(".pyc")


def _at(here: str, path: str, found: os.stat_result) -> Iterator[str]:
    """The paths that the entry `here` of a layer changes, where `path` is what it covers."""
    if _is_nothing(found):
        yield from _all(path)
    elif stat.S_ISDIR(found.st_mode):
        if _has(here, _MOVED):
            yield path
        elif _has(here, _OPAQUE):
            there = {os.path.relpath(each, here) for each in below(here)}
            yield from (each for each in _all(path) if each != path and os.path.relpath(each, path) not in there)
        elif os.path.lexists(path) and not _is_folder(path):
            yield path
    elif not _is_same(here, path, found):
        yield path


def _all(path: str) -> Iterator[str]:
    """`path`, which is gone, and all files that it held."""
    if not _is_folder(path):
        yield path
        return
    for each in below(path):
        if all(map(_counts, os.path.relpath(each, path).split(os.sep))):
            yield each
    yield path


def _is_nothing(found: os.stat_result) -> bool:
    """Whether this says that what it covers is gone."""
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == 0


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _has(folder: str, names: tuple[str, str]) -> bool:
    """Whether the layer says so of one of its folders."""
    for name in names:
        with suppress(OSError):
            if os.getxattr(folder, name, follow_symlinks=False):
                return True
    return False


def _is_same(here: str, path: str, found: os.stat_result) -> bool:
    try:
        before = os.lstat(path)
        if before.st_mode != found.st_mode:
            return False
        if stat.S_ISLNK(found.st_mode):
            return os.readlink(here) == os.readlink(path)
        return stat.S_ISREG(found.st_mode) and filecmp.cmp(here, path, shallow=False)
    except OSError:
        return False
