"""Files that changed during an audit although nobody was seen to write them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from leakcheck.audit.sources import MAX_FILES

_LIMIT = 5
_State = tuple[int, int]


def files_below(folder: Path) -> Mapping[str, _State]:
    """path -> (size, time of the last change) of every file below `folder`, without environments and hidden
    folders."""
    found: dict[str, _State] = {}
    for path in _paths(folder):
        if len(found) >= MAX_FILES:
            break
        try:
            state = path.lstat()
        except OSError:
            continue
        found[path.relative_to(folder).as_posix()] = (state.st_size, state.st_mtime_ns)
    return found


def told(before: Mapping[str, _State], now: Mapping[str, _State]) -> str:
    """A sentence about what differs; "" if nothing does."""
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    if not changed or max(len(before), len(now)) >= MAX_FILES:
        return ""
    more = f" and {len(changed) - _LIMIT} more" if len(changed) > _LIMIT else ""
    names = ", ".join(changed[:_LIMIT]) + more
    return f"changed by other programs, so leakcheck could not keep and put back: {names}"


def _paths(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if name[0] != "." and name not in ("__pycache__", "node_modules")]
        yield from (Path(inside, name) for name in names if not name.endswith(".pyc"))
