"""What lies in a temporary folder of which the project holds the path: a repository, a set of files that a fixture
has made for several tests.

Only what pytest has made (`tmp_path_factory`), in the folder that leakcheck gives it for one execution: nobody else
has anything there. A file is its content, as long as it is small; a large one is its size and date, and cannot be
put back.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from leakcheck.safe_paths import Entry, entry
from leakcheck.snapshots.markers import MISSING, FileContent

_OWN = "lc-"
"""How the folder begins in which leakcheck lets pytest make its own."""
_MOST, _LARGE = 500, 100_000
"""Files, and bytes of one."""
_FOLDER = "a folder"
_open, _scandir, _readlink, _lstat = open, os.scandir, os.readlink, os.lstat  # a test may replace these

Content = dict[Any, Any]


def read(path: Any) -> Content:
    """`/relative/path` -> content, of all that lies below the folder `path`; of a file under None."""
    name = os.path.realpath(str(path))
    if _top(name) is None:
        return {}
    if not os.path.isdir(name):
        found = _content(name)
        return {} if found is MISSING else {None: found}
    return {each[len(name) :]: _content(each) for each in _below(name)}


def read_one(path: Any, key: Any) -> Any:
    """The same of one key, `MISSING` if there is no such file."""
    name = os.path.realpath(str(path))
    return _content(name + (key or "")) if _top(name) is not None else MISSING


def put_back(path: Any, key: Any, old: Any) -> None:
    """Let one file or folder be as it was. Raises ValueError for what is not kept, OSError for a folder that is not
    empty."""
    name = os.path.realpath(str(path)) + (key or "")
    if type(old) is str and old != _FOLDER:
        raise ValueError("a link, or a large file")
    top = _top(name)
    if top is not None:
        with suppress(FileNotFoundError), entry(name, below=top, make=old is not MISSING) as spot:
            _restore(spot, old)


def _restore(spot: Entry, old: Any) -> None:
    if spot.kind == stat.S_IFDIR and old != _FOLDER:
        spot.rmdir()
    elif spot.kind not in (0, stat.S_IFDIR):
        spot.unlink()
    if old == _FOLDER and not spot.kind:
        spot.mkdir()
    elif type(old) is FileContent:
        with _open(spot.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as stream:
            stream.write(old)


def _top(name: str) -> str | None:
    """The folder of this audit in which it lies; None for what lies elsewhere, and may be anybody's."""
    temporary = os.path.join(os.path.realpath(tempfile.gettempdir()), "")
    rest = name.removeprefix(temporary)
    return temporary + rest.partition(os.sep)[0] if rest != name and rest.startswith(_OWN) else None


def _below(folder: str) -> Iterator[str]:
    """Everything in it, the nearest first."""
    waiting, left = [folder], _MOST
    while waiting:
        try:
            with _scandir(waiting.pop(0)) as rows:
                found = sorted(rows, key=lambda each: each.name)
        except OSError:
            continue
        for each in found:
            left -= 1
            if left < 0:
                return
            yield each.path
            if each.is_dir(follow_symlinks=False):
                waiting.append(each.path)


def _content(name: str) -> Any:
    try:
        status = _lstat(name)
        if os.path.islink(name):
            return f"link to {_readlink(name)}"
        if os.path.isdir(name):
            return _FOLDER
        if not os.path.isfile(name):
            return "no plain file"
        if status.st_size > _LARGE:
            return f"{status.st_size} bytes of {status.st_mtime_ns}"
        with _open(name, "rb") as stream:
            return FileContent(stream.read())
    except OSError:
        return MISSING
