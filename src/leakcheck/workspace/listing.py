"""What stands in a folder: every entry by its inode, mode, size and times. No content is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from leakcheck.recorder.outside.places import CACHES

MAX_ENTRIES = 200_000
ENVIRONMENT = "pyvenv.cfg"
"""What marks a folder as an environment."""
OBJECTS = f"{os.sep}.git{os.sep}objects{os.sep}"
"""Nobody changes these: git names them by their content."""
State = tuple[int, ...]
"""(inode, mode, size, time of the last change, that of its entry); a folder has the first two."""
_KIND = 0o170000
_LEFT_OUT = CACHES | {"node_modules", "site-packages"}


@dataclass(frozen=True)
class Lister:
    """Lists what stands below a folder, but for the folders `own`, environments and what tools keep for themselves.
    `enter` is told of each folder before it is looked at; `linked` gets the files that have another name, and
    `environments` the folders that are environments."""

    own: Collection[str]
    enter: Callable[[str], object] = lambda folder: None
    linked: set[str] = field(default_factory=set)
    environments: set[str] = field(default_factory=set)

    def below(self, root: str) -> dict[str, State] | None:
        """path -> state of everything below `root`; None if that is more than anybody would look through again and
        again."""
        found: dict[str, State] = {}
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            self.enter(folder)
            entries = _entries(folder)
            if any(entry.name == ENVIRONMENT for entry in entries):
                self.environments.add(folder)
                continue
            for entry in entries:
                with suppress(OSError):
                    self._note(entry.path, entry.name, entry.stat(follow_symlinks=False), found, waiting)
            if len(found) > MAX_ENTRIES:
                return None
        return found

    def at(self, path: str) -> dict[str, State]:
        """The same of the entry `path` and of everything below it; nothing if it is left out."""
        found: dict[str, State] = {}
        try:
            state = os.lstat(path)
        except OSError:
            return found
        waiting: list[str] = []
        self._note(path, os.path.basename(path), state, found, waiting)
        for folder in waiting:
            found.update(self.below(folder) or {})
        return found

    def _note(
        self, path: str, name: str, state: os.stat_result, found: dict[str, State], waiting: list[str]
    ) -> None:
        """The innermost of all loops: for each file, at each look at everything."""
        if path in self.own:
            return
        if state.st_mode & _KIND != stat.S_IFDIR:
            if not path.endswith(".pyc"):
                found[path] = (state.st_ino, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
                if state.st_nlink > 1 and OBJECTS not in path:
                    self.linked.add(path)
        elif name not in _LEFT_OUT:
            found[path] = state.st_ino, state.st_mode
            waiting.append(path)


def state_of(path: str) -> State | None:
    """The state of one entry; None where nothing stands."""
    try:
        return _as_state(os.lstat(path))
    except OSError:
        return None


def kind_of(state: State | None) -> int:
    """Regular file, folder, link, …; 0 for nothing."""
    return 0 if state is None else stat.S_IFMT(state[1])


def differing(before: Mapping[str, State], now: Mapping[str, State]) -> Iterator[str]:
    """The names under which there is something else, or nothing on one side. That a file has only another time of
    its entry is no difference that everybody counts: see `only_entry`."""
    if before == now:
        return
    yield from (name for name, state in now.items() if before.get(name) != state)
    yield from (name for name in before if name not in now)


def only_entry(before: State | None, now: State | None) -> bool:
    """Whether both are the same but for the inode and the time of the last change of the entry, as is what was put
    back; or are links, of which only the target counts."""
    if before is None or now is None:
        return False
    if kind_of(before) == kind_of(now) == stat.S_IFLNK:
        return True
    return before[1:4] == now[1:4]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as rows:
            return list(rows)
    except OSError:
        return []


def _as_state(found: os.stat_result) -> State:
    if stat.S_ISDIR(found.st_mode):
        return found.st_ino, found.st_mode
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns
