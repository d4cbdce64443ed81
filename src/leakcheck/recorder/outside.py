"""State outside the process, seen by an audit hook: files that are written, servers that are talked to.

A fork does not undo what a test writes to a disk. Before the first write to a file under the rootdir (or to a fixed
name in the temporary folder) the hook keeps a copy, from which the engine puts the file back when the process has
ended. SQLite files are kept with their journals. Servers and fixed ports are only named.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from leakcheck.events import Outside
from leakcheck.recorder.naming import relative
from leakcheck.recorder.real import Real
from leakcheck.recorder.segment import Segment

Keep = Callable[[str, str, str], None]
MAX_COPY = 256 * 1024 * 1024
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SKIPPED = frozenset({"__pycache__", ".git", ".leakcheck", ".pytest_cache", ".mypy_cache", ".ruff_cache"})
_EPHEMERAL = 32_768
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
_SQLITE_PARTS = ("", "-journal", "-wal", "-shm")


class OutsideWatch:
    """One per process, inherited by forks. Nothing is kept before `begin`; only the names are remembered."""

    def __init__(self, root: str, folder: str, scratch: str, keep: Keep | None = None) -> None:
        """`keep(name, path, copy)` is told of every file that is about to change, by its name in reports."""
        self._root = root
        self._on_kept = keep
        self._own = tuple(os.path.join(os.path.realpath(path), "") for path in (folder, scratch))
        self._temp = os.path.join(os.path.realpath(tempfile.gettempdir()), "")
        self._segment: Segment | None = None
        self._keep = ""
        self._seen: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._before: dict[str, None] = {}
        self._bound: set[int] = set()
        self._private: list[str] = []
        self._busy = False
        self._handlers: Mapping[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self._on_open,
            "os.remove": self._on_path,
            "os.rmdir": self._on_path,
            "os.mkdir": self._on_path,
            "os.truncate": self._on_path,
            "os.rename": self._on_two_paths,
            "os.link": self._on_two_paths,
            "os.symlink": self._on_two_paths,
            "sqlite3.connect": self._on_sqlite,
            "socket.connect": self._on_connect,
            "socket.bind": self._on_bind,
            "tempfile.mkstemp": self._on_temporary,
            "tempfile.mkdtemp": self._on_temporary,
        }

    def install(self) -> None:
        wanted = self._handlers.get

        def hook(event: str, args: tuple[Any, ...]) -> None:
            handler = wanted(event)
            if handler is not None and not self._busy:
                self._handle(handler, args)

        sys.addaudithook(hook)

    def settle_root(self, root: str) -> None:
        self._root = root

    def begin(self, segment: Segment, keep: str) -> None:
        """From now on keep copies in the folder `keep`, and tell `segment`."""
        self._segment, self._keep = segment, keep
        for path in list(self._before):
            self._file(path)

    def _handle(self, handler: Callable[[tuple[Any, ...]], None], args: tuple[Any, ...]) -> None:
        self._busy = True
        try:
            handler(args)
        except Exception:  # the audited program must not notice; what could not be kept is not told
            pass
        finally:
            self._busy = False

    def _on_open(self, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        writes = any(letter in mode for letter in "wax+") if type(mode) is str else bool(flags & _WRITE_FLAGS)
        if writes and not isinstance(path, int):
            self._file(os.fsdecode(path))

    def _on_path(self, args: tuple[Any, ...]) -> None:
        if not isinstance(args[0], int):
            self._file(os.fsdecode(args[0]))

    def _on_two_paths(self, args: tuple[Any, ...]) -> None:
        for path in args[:2]:
            if not isinstance(path, int):
                self._file(os.fsdecode(path))

    def _on_sqlite(self, args: tuple[Any, ...]) -> None:
        name = os.fsdecode(args[0])
        name = name.removeprefix("file:").partition("?")[0]
        if name and ":memory:" not in name:
            for part in _SQLITE_PARTS:
                self._file(name + part)

    def _on_temporary(self, args: tuple[Any, ...]) -> None:
        self._private.append(os.path.realpath(os.fsdecode(args[0])))

    def _on_connect(self, args: tuple[Any, ...]) -> None:
        address = args[1]
        if isinstance(address, tuple) and address[1] not in self._bound and not _is_passing(address):
            self._tell("server", f"{address[0]}:{address[1]}", "")

    def _on_bind(self, args: tuple[Any, ...]) -> None:
        address = args[1]
        if isinstance(address, tuple) and address[1]:
            self._bound.add(address[1])
            self._tell("port", f"{address[0]}:{address[1]}", "")

    def _file(self, name: str) -> None:
        path = os.path.realpath(name)
        if path in self._seen or not self._counts(path):
            return
        if self._segment is None:
            self._before[path] = None  # its descriptor may be inherited, and written without another `open`
            return
        self._seen.add(path)
        copy = self._kept(path, self._segment)
        self._tell("file", path, copy)
        if self._on_kept is not None:
            self._on_kept(relative(path, self._root) if self._inside(path) else path, path, copy)

    def _inside(self, path: str) -> bool:
        return path.startswith(os.path.join(self._root, ""))

    def _counts(self, path: str) -> bool:
        if path.startswith(self._own) or path.endswith(".pyc"):
            return False
        if self._inside(path):
            return _SKIPPED.isdisjoint(path[len(self._root) :].split(os.sep))
        return path.startswith(self._temp) and not any(
            path == each or path.startswith(each + os.sep) for each in self._private
        )

    def _kept(self, path: str, segment: Segment) -> str:
        """As `_copied`. Where there is no room for a copy, the process ends before it changes the file."""
        try:
            os.makedirs(self._keep, mode=0o700, exist_ok=True)  # says that there is something to put back
            return self._copied(path)
        except OSError as error:
            if error.errno in _NO_ROOM:
                segment.give_up()
            return "?"

    def _copied(self, path: str) -> str:
        """Where the copy is; "" when there was nothing, "?" when it cannot be kept."""
        try:
            found = os.lstat(path)
        except OSError:
            return ""
        if stat.S_ISDIR(found.st_mode):
            return "?"
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_COPY:
            return "?"
        copy = os.path.join(self._keep, str(len(self._seen)))
        shutil.copy2(path, copy)
        return copy

    def _tell(self, what: str, name: str, copy: str) -> None:
        if self._segment is not None and (what, name) not in self._told:
            self._told.add((what, name))
            self._segment.write(Outside(what, name, copy, Real.monotonic()))


def _is_passing(address: tuple[Any, ...]) -> bool:
    """A port of the ephemeral range on this machine: a server that lives no longer than its test."""
    return int(address[1]) >= _EPHEMERAL and (
        address[0] == "localhost" or str(address[0]).startswith(("127.", "::1"))
    )
