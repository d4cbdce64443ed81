"""What the files of a project held when the audit began, for those that change with nobody seeing it in time."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.recorder.outside.file_copies import attributes, free, set_attributes
from leakcheck.wire.events import ABSENT, UNKEPT
from leakcheck.workspace.listing import OBJECTS, State, kind_of, state_of

MAX_FILE = 1024 * 1024
MAX_DATABASE = 32 * 1024 * 1024
MAX_ALL = 64 * 1024 * 1024
"""Bytes that are kept in memory: of one file, of one database, and of all."""
_DATABASES = (
    ".db", ".db3", ".dbm", ".duckdb", ".gdbm", ".h5", ".hdf5", ".lmdb", ".mdb", ".ndbm", ".sqlite", ".sqlite3",
)  # fmt: skip
"""Files that libraries in C write to, unseen, and that tests share."""


@dataclass(frozen=True)
class Originals:
    """In memory, for as long as the audit: nothing of it is on a disk that a kill would leave behind."""

    contents: dict[str, bytes] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    attributes: dict[str, Mapping[str, bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, states: Mapping[str, State]) -> Originals:
        """Of the entries `states`: what links point to, and the content of files, the smallest first."""
        contents: dict[str, bytes] = {}
        named: dict[str, Mapping[str, bytes]] = {}
        left = MAX_ALL
        wanted = (path for path, state in states.items() if _is_wanted(path, state))
        for path in sorted(wanted, key=lambda path: states[path][2]):
            left -= states[path][2]
            if left < 0:
                break
            data = _content(path, states[path])
            if data is not None:
                contents[path] = data
                named[path] = attributes(path)
        links = (path for path, state in states.items() if kind_of(state) == stat.S_IFLNK)
        targets = {path: target for path in links if (target := _target(path)) is not None}
        return cls(contents, targets, dict(states), named)

    def renew(self, path: str) -> None:
        """Somebody else has changed `path` since: what it is now is what it was."""
        for each in (self.contents, self.targets, self.states, self.attributes):
            each.pop(path, None)
        state = state_of(path)
        if state is not None:
            other = Originals.of({path: state})
            self.contents.update(other.contents)
            self.targets.update(other.targets)
            self.attributes.update(other.attributes)
            self.states[path] = state

    def holds(self, path: str) -> bool | None:
        """Whether `path` holds what it did; None if that is not known."""
        state = state_of(path)
        if path in self.targets:
            return kind_of(state) == stat.S_IFLNK and _target(path) == self.targets[path]
        if path not in self.contents or state is None or kind_of(state) != stat.S_IFREG:
            return None
        if attributes(path) != self.attributes[path]:
            return False
        return state[2] == len(self.contents[path]) and _content(path, state) == self.contents[path]

    def copy(self, path: str, to: Path) -> str:
        """Write what `path` was to the path `to`, or beside it if that is taken, with mode and time; returns where,
        or what stands for it."""
        if path not in self.states:
            return ABSENT
        state, to = self.states[path], Path(free(str(to)))
        if path in self.targets:
            to.symlink_to(self.targets[path])
        elif kind_of(state) == stat.S_IFDIR:
            to.mkdir()
            to.chmod(stat.S_IMODE(state[1]))
        elif path in self.contents:
            with to.open("xb") as stream:
                stream.write(self.contents[path])
            set_attributes(str(to), self.attributes[path])
            to.chmod(stat.S_IMODE(state[1]))
            os.utime(to, ns=(state[3], state[3]))
        else:
            return UNKEPT
        return str(to)


def _is_wanted(path: str, state: State) -> bool:
    if kind_of(state) != stat.S_IFREG or OBJECTS in path:
        return False
    return state[2] <= (MAX_DATABASE if path.endswith(_DATABASES) else MAX_FILE)


def _content(path: str, state: State) -> bytes | None:
    """None if it is another file by now."""
    with suppress(OSError):
        data = Path(path).read_bytes()
        return data if state_of(path) == state else None
    return None


def _target(path: str) -> str | None:
    try:
        return str(Path(path).readlink())
    except OSError:
        return None
