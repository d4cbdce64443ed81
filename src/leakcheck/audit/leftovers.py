"""Files that changed during an audit although nobody was seen to write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leakcheck.audit.names import some
from leakcheck.audit.sources import MAX_FILES, changed, walk

_OTHERS = ("__pycache__", "node_modules")
State = tuple[int, int]


def files_below(folder: Path) -> Mapping[str, State]:
    """path -> (size, time of the last change) of every file below `folder`, without environments and hidden
    folders."""
    found: dict[str, State] = {}
    for path in (each for each in walk(folder, _OTHERS) if each.suffix != ".pyc"):
        if len(found) >= MAX_FILES:
            break
        try:
            state = path.lstat()
        except OSError:
            continue
        found[path.relative_to(folder).as_posix()] = (state.st_size, state.st_mtime_ns)
    return found


def told(before: Mapping[str, State], now: Mapping[str, State]) -> str:
    """A sentence about what differs; "" if nothing does."""
    names = changed(before, now)
    if not names or max(len(before), len(now)) >= MAX_FILES:
        return ""
    return f"changed by other programs, so leakcheck could not keep and put back: {some(names)}"
