"""Outlives an audit that is killed, and ends what that has left: `python guard.py SCRATCH DEVICE INODE`.

The audit, and each process that it starts, tell it by lines on standard input: `+123` is a process group, `~123`
that of a root process, which ends its tree by itself when the audit is gone; `-123` is over, and `.` means that all
is. `=/path` is the folder of the audit. The end of the input without `.` means that the audit was killed. Then no
process stays, nor do copies of databases, nor the scratch folder, if it is still the one with these numbers; and a
mark in the audit's folder says when the last process was over: what is written to a file later was not written by a
test.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

PATIENCE = 2.0
"""Seconds that a root has to end its tree."""
LINGERING = 5.0
"""Seconds that somebody may keep the input open when the audit is gone."""
SETTLED = 0.05
"""Seconds that a write of a process that was killed just now may take to be dated."""
MARK = "ended"
_TICK = 0.5


def main() -> None:
    groups, roots, finished, folder = _listened()
    if finished:
        return
    for group in groups - roots:
        _kill(group)
    deadline = time.monotonic() + PATIENCE
    while any(_alive(root) for root in roots) and time.monotonic() < deadline:
        time.sleep(0.01)
    for group in groups:
        _kill(group)
    _set_mark(folder)
    _load_package()
    _drop_copies()
    _remove_scratch()


def _set_mark(folder: bytes) -> None:
    time.sleep(SETTLED)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    if folder:
        with contextlib.suppress(OSError):
            mark = os.open(os.path.join(folder, MARK.encode()), flags, 0o600)
            os.utime(mark)
            os.close(mark)


def _load_package() -> None:
    """What is needed of it is loaded only now."""
    from importlib.util import module_from_spec, spec_from_file_location

    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    spec = spec_from_file_location(
        "leakcheck", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    assert spec is not None
    sys.modules["leakcheck"] = module_from_spec(spec)


def _drop_copies() -> None:
    """Of databases, but for what those were when the audit began: who resumes it needs that, and drops it."""
    from leakcheck.postgres.dropping import drop_copies

    with contextlib.suppress(Exception):  # the folder is still to be removed
        drop_copies(sys.argv[1], all_of_them=True, bases=False)


def _remove_scratch() -> None:
    """By the one function that removes a tree."""
    from leakcheck.own_folders import Own, remove_own

    path, device, inode = sys.argv[1:4]
    remove_own(Own(path, int(device), int(inode)))


def _listened() -> tuple[set[int], set[int], bool, bytes]:
    """(groups that are left, roots among them, whether the audit has said goodbye, the folder of the audit)."""
    groups: set[int] = set()
    roots: set[int] = set()
    folder = b""
    audit, orphaned_at, buffer = os.getppid(), None, b""
    while True:
        if orphaned_at is None and os.getppid() != audit:
            orphaned_at = time.monotonic()
        if orphaned_at is not None and time.monotonic() > orphaned_at + LINGERING:
            return groups, roots, False, folder
        if not select.select([0], [], [], _TICK)[0]:
            continue
        data = os.read(0, 65_536)
        if not data:
            return groups, roots, False, folder
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            if line == b".":
                return groups, roots, True, folder
            if line[:1] == b"=":
                folder = line[1:]
                continue
            _heard(line, groups, roots)


def _heard(line: bytes, groups: set[int], roots: set[int]) -> None:
    what, pid = line[:1], int(line[1:])
    if what == b"-":
        groups.discard(pid)
        roots.discard(pid)
        return
    groups.add(pid)
    if what == b"~":
        roots.add(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _kill(group: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
