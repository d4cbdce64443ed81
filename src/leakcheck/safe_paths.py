"""Entries of folders, reached by descriptors of directories: nothing is ever done through a link.

A path is text, and what it leads to may be replaced between the question and the act. So each part of it is opened
from the one before, as a folder and not as a link, and what is done to the last part is done in the folder that was
reached. Where the system has no such calls, each part is looked at first, and the path is used.

The standard library only, bound at import: this runs in audited suites, too.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_open, _close, _fstat, _stat = os.open, os.close, os.fstat, os.stat
_unlink, _rmdir, _mkdir, _rename = os.unlink, os.rmdir, os.mkdir, os.rename
_readlink, _symlink, _copystat = os.readlink, os.symlink, shutil.copystat
BY_DESCRIPTOR = {_open, _stat, _unlink, _rmdir, _mkdir, _rename, _readlink, _symlink} <= os.supports_dir_fd
_PROC = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else ""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_ANY = getattr(os, "O_PATH", os.O_RDONLY)
"""Where that can be had, no permission to read is needed."""
_FOLDER = _ANY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_PATIENT = getattr(os, "O_NONBLOCK", 0)
"""Nothing is waited for: what was a file may be a pipe by now."""


class Replaced(OSError):
    """A folder on the way is a link, or no folder, by now."""

    def __init__(self, path: str) -> None:
        super().__init__(
            errno.ENOTDIR, f"{path} is no folder any more, and nothing is done through what it is", path
        )


class Strange(OSError):
    """A path that is none of ours, whatever stands there."""

    def __init__(self, path: str, below: str) -> None:
        super().__init__(errno.EPERM, f"it does not lie in {below}", path)


@dataclass(frozen=True)
class Entry:
    """The entry `name` of an open folder; where there are no such descriptors, `name` is the whole path."""

    folder: int | None
    name: str

    def status(self) -> os.stat_result | None:
        """What stands there, links as themselves; None for nothing."""
        try:
            return _stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    @property
    def kind(self) -> int:
        """Regular file, folder, link, …; 0 for nothing."""
        found = self.status()
        return stat.S_IFMT(found.st_mode) if found is not None else 0

    def unlink(self) -> None:
        _unlink(self.name, dir_fd=self.folder)

    def rmdir(self) -> None:
        _rmdir(self.name, dir_fd=self.folder)

    def mkdir(self) -> None:
        _mkdir(self.name, 0o700, dir_fd=self.folder)

    def target(self) -> str:
        return _readlink(self.name, dir_fd=self.folder)

    def symlink(self, target: str) -> None:
        _symlink(target, self.name, dir_fd=self.folder)

    def replace(self, other: Entry) -> None:
        """Take the place of `other`, at once; what stands there is gone."""
        _rename(self.name, other.name, src_dir_fd=self.folder, dst_dir_fd=other.folder)

    def open(self, flags: int) -> int:
        """A descriptor of the regular file that stands there, or is made."""
        name = f"{_PROC}/{self.folder}/{self.name}" if _PROC and self.folder is not None else self.name
        folder = None if name != self.name else self.folder
        descriptor = _open(name, flags | _NO_LINK | _PATIENT, 0o600, dir_fd=folder)
        if not stat.S_ISREG(_fstat(descriptor).st_mode):
            _close(descriptor)
            raise OSError(errno.EINVAL, "it is no regular file")
        return descriptor

    @contextmanager
    def by_descriptor(self) -> Iterator[str | int]:
        """A name for exactly what stands there, a file or a folder, for calls that would follow a link."""
        flags = (_ANY if _PROC else os.O_RDONLY | _PATIENT) | _NO_LINK
        descriptor = _open(self.name, flags, dir_fd=self.folder)
        try:
            if stat.S_ISLNK(_fstat(descriptor).st_mode):
                raise OSError(errno.ELOOP, "it is a link by now")
            yield f"{_PROC}/{descriptor}" if _PROC else descriptor
        finally:
            _close(descriptor)

    def settle(self, like: Entry) -> None:
        """Give a file or folder the mode and the times of `like`."""
        with self.by_descriptor() as own, like.by_descriptor() as other:
            if isinstance(own, str) and isinstance(other, str):
                _copystat(other, own)
                return
            found = _stat(other)
            os.utime(own, ns=(found.st_atime_ns, found.st_mtime_ns))
            os.chmod(own, stat.S_IMODE(found.st_mode))

    def permit(self) -> None:
        """Let the owner read and write a file or folder."""
        with self.by_descriptor() as own:
            os.chmod(own, stat.S_IMODE(_stat(own).st_mode) | stat.S_IRUSR | stat.S_IWUSR)


@contextmanager
def entry(path: str, *, below: str, make: bool = False) -> Iterator[Entry]:
    """The entry that is `path`, somewhere in the folder `below`; both are absolute, and no part of them is a link.

    Folders between the two that are not there are made if `make` says so. Raises `Strange` for any other path,
    `Replaced` if a part is a link or no folder, and FileNotFoundError if one is not there.
    """
    top, parts = _parts(below), _parts(path)
    if parts[: len(top)] != top or len(parts) == len(top) or not _is_plain(path, below):
        raise Strange(path, below)
    with _reached(parts[:-1], len(top) if make else len(parts)) as folder:
        yield Entry(folder, parts[-1] if folder is not None else path)


@contextmanager
def opened(path: str) -> Iterator[int | None]:
    """The folder that is `path`, absolute, without a link on the way; None where there are no descriptors of
    folders."""
    with _reached(_parts(path), len(path)) as folder:
        yield folder


def _parts(path: str) -> list[str]:
    return [part for part in os.path.splitdrive(path)[1].split(os.sep) if part]


def _is_plain(*paths: str) -> bool:
    return all(os.path.isabs(path) and os.path.normpath(path) == path and "\0" not in path for path in paths)


@contextmanager
def _reached(parts: list[str], present: int) -> Iterator[int | None]:
    """The folder that is reached by `parts` from the top; the first `present` are not made."""
    if not BY_DESCRIPTOR:
        _look_at(parts, present)
        yield None
        return
    folder = _open(os.sep, _FOLDER)
    try:
        for number, part in enumerate(parts):
            inner = _step(folder, part, os.sep + os.sep.join(parts[: number + 1]), make=number >= present)
            _close(folder)
            folder = inner
        yield folder
    finally:
        _close(folder)


def _step(folder: int, part: str, path: str, *, make: bool) -> int:
    if make:
        with contextlib.suppress(FileExistsError):
            _mkdir(part, dir_fd=folder)
    try:
        return _open(part, _FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            raise Replaced(path) from error
        raise


def _look_at(parts: list[str], present: int) -> None:
    path = os.path.splitdrive(os.getcwd())[0] + os.sep
    for number, part in enumerate(parts):
        path = os.path.join(path, part)
        if number >= present:
            with contextlib.suppress(FileExistsError):
                _mkdir(path)
        if not stat.S_ISDIR(_stat(path, follow_symlinks=False).st_mode) or os.path.islink(path):
            raise Replaced(path)
