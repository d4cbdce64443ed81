"""What stood at a path before it changed: copies of files, folders and links, and where a path really is."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping

from leakcheck.wire.events import ABSENT, UNKEPT

MAX_COPY = 256 * 1024 * 1024
MAX_TREE = 20_000
_listxattr: Callable[[str | int], list[str]] = getattr(os, "listxattr", lambda path: [])
_getxattr: Callable[[str | int, str], bytes] = getattr(os, "getxattr", lambda path, name: b"")
_lstat, _islink, _readlink, _scandir = os.lstat, os.path.islink, os.readlink, os.scandir


def keep(path: str, copy: str) -> str:
    """Keep at `copy`, or beside it if that is taken, what `path` is; returns where, `ABSENT` when there is nothing,
    `UNKEPT` when it cannot be kept.

    A folder is kept by itself, without what it holds.
    """
    try:
        found = _lstat(path)
    except OSError:
        return ABSENT
    kind = stat.S_IFMT(found.st_mode)
    too_large = kind == stat.S_IFREG and found.st_size > MAX_COPY
    if too_large or kind not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
        return UNKEPT
    os.makedirs(os.path.dirname(copy), mode=0o700, exist_ok=True)
    copy = free(copy)
    if kind == stat.S_IFLNK:
        os.symlink(_readlink(path), copy)
    elif kind == stat.S_IFDIR:
        os.mkdir(copy)
        shutil.copystat(path, copy)
    else:
        shutil.copy2(path, copy)
    return copy


def free(path: str) -> str:
    """`path`, or a name beside it at which nothing stands."""
    while os.path.lexists(path):
        path += "+"
    return path


def attributes(path: str | int) -> Mapping[str, bytes]:
    """The extended attributes of a file that users set."""
    try:
        return {name: _getxattr(path, name) for name in _listxattr(path) if name.startswith("user.")}
    except OSError:
        return {}


def set_attributes(path: str | int, wanted: Mapping[str, bytes]) -> None:
    """Leave these extended attributes and no others, where there are such things."""
    found = attributes(path)
    for name in found.keys() - wanted.keys():
        os.removexattr(path, name)
    for name, value in wanted.items():
        if found.get(name) != value:
            os.setxattr(path, name, value)


def below(path: str) -> Iterator[str]:
    """Everything inside a folder, outermost first; nothing for what is no folder. Links are not followed."""
    waiting, count = [path], 0
    while waiting:
        folder = waiting.pop()
        try:
            if _islink(folder):
                continue
            with _scandir(folder) as rows:
                entries = list(rows)
        except OSError:
            continue
        for entry in entries:
            count += 1
            if count > MAX_TREE:
                return
            yield entry.path
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


def located(path: object, folder: object = -1, *, follow: bool = False) -> str | None:
    """The absolute path that a system call means; None for what has none. `folder` is its `dir_fd`.

    Without `follow` a link is itself and not what it points to.
    """
    if isinstance(path, int):
        return of_descriptor(path)
    name = os.fsdecode(path)  # type: ignore[arg-type]
    if isinstance(folder, int) and folder >= 0 and not os.path.isabs(name):
        base = of_descriptor(folder)
        if base is None:
            return None
        name = os.path.join(base, name)
    if follow:
        return os.path.realpath(name)
    parent, last = os.path.split(os.path.abspath(name))
    return os.path.join(os.path.realpath(parent), last)


def of_descriptor(descriptor: int) -> str | None:
    """The path of an open file or folder, where the system tells it."""
    try:
        path = _readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None
    return path if os.path.isabs(path) else None


def open_folders() -> list[str]:
    """The folders that this process has open: a relative path may be meant from there."""
    try:
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        return []
    paths = (of_descriptor(int(each)) for each in descriptors)
    return [path for path in paths if path is not None and os.path.isdir(path)]
