"""Process groups: every execution is one, so that nothing that a test started outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

UNKNOWN = 256
INTERRUPTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks to stop: Ctrl-C, the system, and a terminal that was closed."""


ECHO = 1.0
"""Seconds. `timeout` and some CI systems signal a process and then its group: the second signal is the first."""


class Interrupts:
    """The handler of signals that ask to stop: the first raises KeyboardInterrupt, and so does each later one that
    is no echo of it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard: dict[int, float] = {}

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.is_echo(number):
            self.stop()

    def is_echo(self, number: int) -> bool:
        """Whether the same signal has arrived just before; else it is remembered."""
        now = self._clock()
        if now - self._heard.get(number, float("-inf")) < ECHO:
            return True
        self._heard[number] = now
        return False

    @staticmethod
    def stop() -> None:
        raise KeyboardInterrupt


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
        handler = before.get(number)
        if not (isinstance(handler, Interrupts) and handler.is_echo(number)):
            arrived.append(number)

    heard = [number for number in INTERRUPTS if signal.getsignal(number) != signal.SIG_IGN]
    before: dict[int, Any] = {}
    for number in heard:
        before[number] = signal.getsignal(number)
        signal.signal(number, note)
    try:
        yield arrived
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for late in arrived:
            _heed(late, before[late])


def _heed(number: int, handler: Any) -> None:
    """A signal that had arrived before anybody could heed it."""
    if isinstance(handler, Interrupts):
        handler.stop()
    else:
        signal.raise_signal(number)


def kill_group(pid: int) -> None:
    """Kill the process group of `pid`, if there is one."""
    if pid > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def status_of(wait_status: int) -> int:
    """An exit code as `subprocess` gives it: negative for a signal. `UNKNOWN` if somebody else was told."""
    return os.waitstatus_to_exitcode(wait_status) if wait_status >= 0 else UNKNOWN
