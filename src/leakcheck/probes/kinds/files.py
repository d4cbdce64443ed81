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
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.safe_paths import Entry, entry
from leakcheck.snapshots.redaction import content_hash

OWNER = "files"
UNKNOWN = "?"
_Signature = tuple[int, int, int]
_open, _stat, _readlink = open, os.lstat, os.readlink  # a test may replace these


class Probe(Setting):
    """Owner: `files`. Key: the path, relative to the rootdir. Value: a digest of the content, keyed with `salt`."""

    kind = "files"
    tracking: Tracking = "on demand"
    about = About(
        form="file $key",
        whole="the files",
        advice="Write into `tmp_path`, which every test has for itself.",
    )
    salt = ""

    def __init__(self) -> None:
        self.is_told_elsewhere: Callable[[str], bool] = lambda path: False
        self._kept: dict[str, tuple[str, str]] = {}
        self._digests: dict[str, tuple[_Signature, str]] = {}

    def keep(self, name: str, path: str, copy: str) -> None:
        """`path` is about to be changed; `copy` is where its content was kept, "" if there was no such file."""
        if copy != UNKNOWN:
            self._kept.setdefault(name, (path, copy))

    def read(self) -> Values:
        return _View(self, {name: self.digest(path) for name, (path, _) in self._own()})

    def _own(self) -> Iterator[tuple[str, tuple[str, str]]]:
        return ((name, kept) for name, kept in self._kept.items() if not self.is_told_elsewhere(kept[0]))

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
                    content = hashlib.file_digest(stream, partial(content_hash, self.salt))
                known = signature, f"{found.st_size} bytes #{content.hexdigest()}"
                self._digests[path] = known
        except OSError:
            return MISSING
        return known[1]

    def put_back(self, owner: str, key: str, value: Any) -> None:
        path, copy = self._kept[key]
        root = path.removesuffix(key.replace("/", os.sep)).rstrip(os.sep) or os.path.dirname(path)
        with contextlib.suppress(FileNotFoundError), entry(path, below=root, make=bool(copy)) as spot:
            if not copy:
                self._remove(spot, path)
                return
            with entry(_real(copy), below=os.path.dirname(_real(copy))) as kept:
                if spot.kind not in (0, kept.kind):
                    self._remove(spot, path)
                _restore(spot, kept)

    def _remove(self, spot: Entry, path: str) -> None:
        """What was not there; of a folder what was seen to be made in it, one by one. What else it holds stays."""
        if spot.kind != stat.S_IFDIR:
            if spot.kind:
                spot.unlink()
            return
        made = {name for name, copy in self._kept.values() if not copy and name.startswith(path + os.sep)}
        for name in sorted(made, reverse=True):
            with contextlib.suppress(OSError), entry(name, below=path) as inner:
                inner.rmdir() if inner.kind == stat.S_IFDIR else inner.unlink()
        with contextlib.suppress(OSError):
            spot.rmdir()

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        return list(after)


def _real(copy: str) -> str:
    """The folder of the audits may be a link."""
    folder, name = os.path.split(copy)
    return os.path.join(os.path.realpath(folder), name)


def _restore(spot: Entry, copy: Entry) -> None:
    if copy.kind == stat.S_IFDIR:
        if not spot.kind:
            spot.mkdir()
    elif copy.kind == stat.S_IFLNK:
        if spot.kind:
            spot.unlink()
        spot.symlink(copy.target())
    else:
        _restore_file(spot, copy)


def _restore_file(spot: Entry, copy: Entry) -> None:
    found = spot.status()
    if found is not None and found.st_nlink > 1:  # by its other name, it is perhaps another file by now
        spot.unlink()
    with _open(copy.open(os.O_RDONLY), "rb") as source, _open(spot.open(os.O_WRONLY | os.O_CREAT), "wb") as target:
        shutil.copyfileobj(source, target)
        target.truncate()


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
