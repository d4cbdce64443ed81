"""Folders that leakcheck has made for itself, and the only removal of a tree.

The standard library only: the guard loads this, which outlives an audit.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from leakcheck.safe_paths import Entry, entry, opened

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True)
class Own:
    """A folder of leakcheck's own, known by its identity and not by its name."""

    path: str
    device: int
    inode: int

    @classmethod
    def at(cls, path: str) -> Own:
        """The folder that was just made at `path`, or was just proven to be one's own. OSError if it is a link, or
        if others may write there: then it is nobody's own."""
        real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        found = os.lstat(real)
        if not is_private(found):
            raise OSError(errno.EPERM, "others may write there", path)
        return cls(real, found.st_dev, found.st_ino)

    def is_that(self, found: os.stat_result) -> bool:
        """Whether `found` is this very folder."""
        return (found.st_dev, found.st_ino) == (self.device, self.inode) and is_private(found)


def is_private(found: os.stat_result) -> bool:
    """Whether this is a folder of this user's, to which nobody else can write."""
    own = not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & 0o022)
    return own and stat.S_ISDIR(found.st_mode)


def remove_own(own: Own, name: str = "") -> bool:
    """Remove the folder `own`, or the entry `name` of it, with all that it holds; whether all is gone.

    It begins at a folder that is the very one that was made, follows no link, and stays on one mount: what is
    mounted in there, or cannot be removed, stays, and so do the folders around it.
    """
    try:
        with _found(own, name) as (spot, mount):
            return _remove(spot, mount)
    except FileNotFoundError:
        return True
    except (OSError, RecursionError):
        return False


@contextmanager
def _found(own: Own, name: str) -> Iterator[tuple[Entry, object]]:
    """What is to be removed, and the mount on which it has to be. OSError unless it is leakcheck's own."""
    if not name:
        with entry(own.path, below=os.path.dirname(own.path)) as spot, _held(spot) as folder:
            yield _proven(own, spot, folder)
        return
    with opened(own.path) as folder:
        place = Entry(None, own.path) if folder is None else Entry(folder, ".")
        with _held(place) as inside:
            _, mount = _proven(own, place, inside)
            yield _inner(place, inside, name), mount


def _proven(own: Own, spot: Entry, folder: int | None) -> tuple[Entry, object]:
    found = os.fstat(folder) if folder is not None else os.lstat(spot.name)
    if not own.is_that(found):
        raise OSError(errno.EPERM, "it is another folder by now", own.path)
    return spot, _mount(folder, spot)


def _remove(spot: Entry, mount: object) -> bool:
    """One entry, and what it holds."""
    if spot.kind != stat.S_IFDIR:
        spot.unlink()
        return True
    if spot.folder is not None:
        _make_readable(spot, mount)
    with _held(spot) as folder:
        if _mount(folder, spot) != mount:
            return False
        names = os.listdir(spot.name if folder is None else folder)
        left = [name for name in names if not _is_gone(_inner(spot, folder, name), mount)]
    if not left:
        spot.rmdir()
    return not left


def _make_readable(spot: Entry, mount: object) -> None:
    """What a test has made unreadable is removed all the same."""
    with spot.by_descriptor() as own:
        descriptor = int(own.rpartition("/")[2]) if isinstance(own, str) else own
        found = os.fstat(descriptor)
        if _mount(descriptor, spot) == mount and found.st_mode & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(own, 0o700)


def _is_gone(spot: Entry, mount: object) -> bool:
    try:
        return _remove(spot, mount)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _inner(spot: Entry, folder: int | None, name: str) -> Entry:
    return Entry(folder, name) if folder is not None else Entry(None, os.path.join(spot.name, name))


@contextmanager
def _held(spot: Entry) -> Iterator[int | None]:
    """The folder `spot`, open; None where there are no descriptors of folders."""
    if spot.folder is None:
        yield None
        return
    folder = os.open(spot.name, _FOLDER, dir_fd=spot.folder)
    try:
        yield folder
    finally:
        os.close(folder)


def _mount(folder: int | None, spot: Entry) -> object:
    """What is mounted where the folder stands: a bind mount has the device of what it shows, but another number."""
    if folder is None:
        return os.lstat(spot.name).st_dev
    return os.fstat(folder).st_dev, _mount_number(folder)


def _mount_number(folder: int) -> str:
    try:
        with open(f"/proc/self/fdinfo/{folder}", encoding="ascii") as stream:
            return next((line.split()[1] for line in stream if line.startswith("mnt_id:")), "")
    except OSError:
        return ""
