"""Files under the rootdir, and those of a fixed name in the temporary folder, that a test changes.

leakcheck keeps a copy before the first write to a file, and puts the file back when the process has ended, so that
no execution finds what another one wrote. Within one process a file is state like any other: a test may leave it to
the next. It is looked at only to explain what nothing else does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leakcheck.probes import MISSING, Setting, Tracking, Values

OWNER = "files"
UNKNOWN = "?"
_Signature = tuple[int, int, int]
_open, _stat, _readlink = open, os.lstat, os.readlink  # a test may replace these


class Probe(Setting):
    """Owner: `files`. Key: the path, relative to the rootdir. Value: a digest of the content, keyed with `salt`."""

    kind = "files"
    tracking: Tracking = "on demand"
    salt = ""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}
        self._digests: dict[str, tuple[_Signature, str]] = {}

    def keep(self, name: str, path: str, copy: str) -> None:
        """`path` is about to be changed; `copy` is where its content was kept, "" if there was no such file."""
        if copy != UNKNOWN:
            self._kept.setdefault(name, (path, copy))

    def read(self) -> Values:
        return _View(self, {name: self.digest(path) for name, (path, _) in self._kept.items()})

    def before(self, name: str) -> Any:
        """What the file was before it was first changed."""
        _, copy = self._kept[name]
        return self.digest(copy) if copy else MISSING

    def digest(self, path: str) -> Any:
        """The content of a file by its digest, `MISSING` where there is none."""
        try:
            found = _stat(path)
            if stat.S_ISLNK(found.st_mode):
                return f"link to {_readlink(path)}"
            if stat.S_ISDIR(found.st_mode):
                return "folder"
            if not stat.S_ISREG(found.st_mode):
                return "pipe" if stat.S_ISFIFO(found.st_mode) else "socket"  # to open it might take for ever
            signature = (found.st_ino, found.st_size, found.st_mtime_ns)
            known = self._digests.get(path)
            if known is None or known[0] != signature:
                with _open(path, "rb") as stream:
                    content = hashlib.file_digest(stream, self._hasher)
                known = signature, f"{found.st_size} bytes #{content.hexdigest()}"
                self._digests[path] = known
        except OSError:
            return MISSING
        return known[1]

    def _hasher(self) -> hashlib.blake2b:
        return hashlib.blake2b(digest_size=6, key=self.salt.encode())

    def put_back(self, owner: str, key: str, value: Any) -> None:
        path, copy = self._kept[key]
        there, wanted = _kind(path), _kind(copy) if copy else 0
        if there and there != wanted:
            _remove(path, there)
        if wanted == stat.S_IFDIR:
            os.makedirs(path, exist_ok=True)
        elif wanted:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _copy(copy, path, wanted)

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        return list(after)


def _kind(path: str) -> int:
    """Regular file, folder or link; 0 for nothing."""
    try:
        return stat.S_IFMT(_stat(path).st_mode)
    except OSError:
        return 0


def _remove(path: str, kind: int) -> None:
    if kind == stat.S_IFDIR:
        shutil.rmtree(path)  # it was not there, and so nothing in it was
    else:
        os.unlink(path)


def _copy(copy: str, path: str, kind: int) -> None:
    if kind == stat.S_IFLNK:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        os.symlink(_readlink(copy), path)
    else:
        shutil.copyfile(copy, path)


class _View(Mapping[tuple[str, str], Any]):
    """The files that were written to so far; any other is as it was before its first change."""

    def __init__(self, probe: Probe, digests: Mapping[str, Any]) -> None:
        self._probe = probe
        self._digests = digests

    def __getitem__(self, key: tuple[str, str]) -> Any:
        name = key[1]
        found = self._digests[name] if name in self._digests else self._probe.before(name)
        if found is MISSING:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((OWNER, name) for name in self._digests)

    def __len__(self) -> int:
        return len(self._digests)
