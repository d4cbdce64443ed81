"""Process groups: every execution is one, so that nothing that a test started outlives it."""

from __future__ import annotations

import contextlib
import os
import signal


def kill_group(pid: int) -> None:
    """Kill the process group of `pid`, if there is one."""
    if pid > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def status_of(wait_status: int) -> int:
    """An exit code as `subprocess` gives it: negative for a signal."""
    return os.waitstatus_to_exitcode(wait_status)
