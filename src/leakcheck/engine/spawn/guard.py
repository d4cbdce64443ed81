"""Outlives an audit that is killed, and ends what that has left: `python guard.py SCRATCH`.

The audit, and each process that it starts, tell it by lines on standard input: `+123` is a process group, `~123`
that of a root process, which ends its tree by itself when the audit is gone; `-123` is over, and `.` means that all
is. The end of the input without that means that the audit was killed. Then no process stays, nor does the scratch
folder.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import time

PATIENCE = 2.0
"""Seconds that a root has to end its tree."""
LINGERING = 5.0
"""Seconds that somebody may keep the input open when the audit is gone."""
_TICK = 0.5


def main() -> None:
    groups, roots, finished = _listened()
    if finished:
        return
    for group in groups - roots:
        _kill(group)
    deadline = time.monotonic() + PATIENCE
    while any(_alive(root) for root in roots) and time.monotonic() < deadline:
        time.sleep(0.01)
    for group in groups:
        _kill(group)
    shutil.rmtree(sys.argv[1], ignore_errors=True)


def _listened() -> tuple[set[int], set[int], bool]:
    """(groups that are left, roots among them, whether the audit has said goodbye)."""
    groups: set[int] = set()
    roots: set[int] = set()
    audit, orphaned_at, buffer = os.getppid(), None, b""
    while True:
        if orphaned_at is None and os.getppid() != audit:
            orphaned_at = time.monotonic()
        if orphaned_at is not None and time.monotonic() > orphaned_at + LINGERING:
            return groups, roots, False
        if not select.select([0], [], [], _TICK)[0]:
            continue
        data = os.read(0, 65_536)
        if not data:
            return groups, roots, False
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            if line == b".":
                return groups, roots, True
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
