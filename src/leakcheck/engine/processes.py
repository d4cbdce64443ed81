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
INTERRUPTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks to stop: Ctrl-C, the system, and a terminal that was closed."""


@contextmanager
def uninterrupted() -> Iterator[list[int]]:
    """Signals that arrive meanwhile are handled behind it: a process that was just started is never forgotten.

    Yields the list of those that have arrived. What is ignored stays so.
    """
    arrived: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield arrived
        return

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    heard = [number for number in INTERRUPTS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heard}
    try:
        yield arrived
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
