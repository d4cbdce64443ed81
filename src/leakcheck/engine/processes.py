"""Process groups: every execution is one, so that nothing that a test started outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

UNKNOWN = 256
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Signals that arrive meanwhile are handled behind it: a process that was just started is never forgotten."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    before = {number: signal.signal(number, note) for number in _INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for late in arrived:
            signal.raise_signal(late)


def kill_group(pid: int) -> None:
    """Kill the process group of `pid`, if there is one."""
    if pid > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def status_of(wait_status: int) -> int:
    """An exit code as `subprocess` gives it: negative for a signal. `UNKNOWN` if somebody else was told."""
    return os.waitstatus_to_exitcode(wait_status) if wait_status >= 0 else UNKNOWN


def ended_child(pid: int) -> tuple[bool, int | None]:
    """(whether the child has ended, its exit code); (True, None) for what is no child of this process."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True, None
    return done == pid, status_of(status) if done == pid else None
