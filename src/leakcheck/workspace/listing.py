"""What stands in a folder: every entry by its inode, mode, size and times. No content is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping

from leakcheck.recorder.outside.places import CACHES

MAX_ENTRIES = 200_000
State = tuple[int, ...]
"""(inode, mode, size, time of the last change, that of its entry); a folder has the first two."""
_KIND = 0o170000
_LEFT_OUT = CACHES | {"node_modules", "site-packages"}


def listing(
    root: str, own: Collection[str], enter: Callable[[str], object] = lambda folder: None
) -> dict[str, State] | None:
    """path -> state of everything below `root`, but for the folders `own`, environments and what tools keep for
    themselves; None if that is more than anybody would look through again and again. `enter` is told of each folder
    before it is looked at."""
    found: dict[str, State] = {}
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        enter(folder)
        entries = _entries(folder)
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            _enter(entry, own, found, waiting)
        if len(found) > MAX_ENTRIES:
            return None
    return found


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


def _enter(entry: os.DirEntry[str], own: Collection[str], found: dict[str, State], waiting: list[str]) -> None:
    """The innermost of all loops: for each file, before each execution."""
    path = entry.path
    if path in own:
        return
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return
    if state.st_mode & _KIND != stat.S_IFDIR:
        if not path.endswith(".pyc"):
            found[path] = (state.st_ino, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    elif entry.name not in _LEFT_OUT:
        found[path] = state.st_ino, state.st_mode
        waiting.append(path)


def _as_state(found: os.stat_result) -> State:
    if stat.S_ISDIR(found.st_mode):
        return found.st_ino, found.st_mode
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns
