"""Executions under way: what their segments tell while they run, how long they have been silent, how they ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from leakcheck.engine.processes import UNKNOWN
from leakcheck.errors import Unreadable
from leakcheck.records import WARM, Order, Status
from leakcheck.store import CONTROL, AuditFolder
from leakcheck.wire import codec, events, segments
from leakcheck.workspace.resource import Lease

ENDING = 5.0
"""Seconds that a process has to end behind its last test, and to be gone when it was killed."""
FIRST_TEST = 1.0
"""Seconds that a first test may take until it is believed to touch no file."""
PLAIN = "control"
"""The mode of what plain pytest runs, without recorder."""
_ENDS = ("completed", "stopped")


@dataclass(frozen=True)
class Limits:
    """Seconds without a sign of life during one test, and seconds for one execution."""

    test: float = 60.0
    execution: float = 1800.0


@dataclass
class Job:
    """One execution under way. `mode` is "control", "warm", or the name of the backend that is to run it.

    `running` tells that its first test began, `touches` that one of its tests is about to change what others meet,
    `complete` that its last test is over. `status` is its exit code, once it is over. `parent_killed`: what had
    started it was killed. `lost`: nobody will tell any more, and it has to run once more; `alone`: it does, with
    its own parent. `cut`: it was ended, as the time for it is over. `tried`: it was tried before, when there was no
    room to record it. `tests`: so many of its tests
    have begun. `leases` is what it has of each resource while it runs. `cpu` are the seconds that its process, and
    those which that has started, took, once it is over; None if nobody tells. `told` is how it ended, from where
    another engine has run it.
    """

    tag: str
    order: Order
    mode: str
    args: tuple[str, ...] | None = None
    began: float = 0.0
    size: int = -1
    alive: float = 0.0
    running: bool = False
    touches: bool = False
    complete: bool = False
    killed: float = 0.0
    cut: bool = False
    late: str = ""
    lost: bool = False
    parent_killed: bool = False
    alone: bool = False
    status: int | None = None
    cpu: float | None = None
    tried: bool = False
    tests: int = 0
    leases: tuple[Lease, ...] = ()
    told: events.Exit | None = None
    _last: bytes = b""
    _read: int = 0
    _held: int = -1

    @property
    def over(self) -> bool:
        return self.lost or self.status is not None

    @property
    def is_plain(self) -> bool:
        """Whether plain pytest runs it, without recorder."""
        return self.mode in (PLAIN, WARM)

    @property
    def in_background(self) -> bool:
        """Whether nobody waits for it but who has asked for it."""
        return self.tag.startswith(CONTROL)

    @property
    def test(self) -> str:
        """The test that began last; "" if none has."""
        event = codec.decode(self._last.rpartition(b" ")[0]) if self._last else None
        return event.test if isinstance(event, events.Started) else ""

    def hold(self, folder: AuditFolder) -> None:
        """Keep the segment at hand: a test may remove the folder of the audit, and what it had told is needed."""
        with suppress(OSError):
            self._held = os.open(folder.segment(self.tag), os.O_RDONLY)

    def events_told(self) -> tuple[events.Event, ...]:
        """What the segment tells by now, wherever it is; the execution is over."""
        if self._held < 0:
            return ()
        with suppress(OSError, Unreadable), open(self._held, "rb", buffering=0, closefd=False) as stream:
            stream.seek(0)
            return segments.read_segment(stream.read()).events
        return ()

    def release(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def look(self, folder: AuditFolder, now: float) -> None:
        """Read what the segment has got since the last look. That it grows at the beginning and at the end of every
        test is the sign of life. What tests have forked tells of itself elsewhere."""
        self.touches = self.touches or any(map(self._is_met, folder.forked(self.tag)))
        size = folder.status(self.tag).st_size
        if size == self.size:
            return
        self.size, self.alive = size, now
        data = folder.data(self.tag, self._read)
        whole = data.rfind(b"\n") + 1
        self._read += whole
        for line in data[:whole].splitlines():
            self._read_line(line, events.name_of(line))

    def _read_line(self, line: bytes, name: str) -> None:
        if name == "started":  # a start and a collection are not measured as a test
            self.running = True
            self.tests += 1
            self._last = line
        elif self.running and name == "outside":
            self.touches = self.touches or self._is_met(codec.decode(line.rpartition(b" ")[0]))
        self.complete = name in _ENDS

    def _is_met(self, event: events.Event) -> bool:
        return any(lease.is_met(event) for lease in self.leases)

    def due(self, limits: Limits, now: float) -> bool:
        """Whether it is to be ended now; `late` says why if that was too soon for it."""
        if self.over or self.killed:
            return False
        silent = now - self.alive
        if self.complete:
            return silent > ENDING
        if self.running and silent > limits.test:
            self.late = f"killed: no end after {limits.test:g} s"
        elif now - self.began > limits.execution:
            self.late = f"killed: its execution had taken {limits.execution:g} s"
        return bool(self.late)

    def ended(self, items: Iterable[events.Event]) -> tuple[Status, str]:
        """(how it ended, by what it told; why its last test did not end, in words)."""
        kinds = {type(event) for event in items}
        if self.told is not None:
            return cast(Status, self.told.status), self.told.why
        if self.late:
            return "timeout", self.late
        if self.parent_killed:
            return "crashed", f"the process that it was started by {end_in_words(self.status)}"
        if events.Completed in kinds:
            return "finished", exit_in_words(self.status)
        if events.Stopped in kinds:
            return "stopped", ""
        return "crashed" if events.Started in kinds else "refused", exit_in_words(self.status)

    def again(self) -> Job:
        """The same question; alone, if its tests change what others meet."""
        order = replace(self.order, exclusive=self.order.exclusive or self.touches)
        return Job(self.tag, order, self.mode, self.args)

    def elsewhere(self, name: str) -> Job:
        """The same question to the backend `name`."""
        mode = PLAIN if self.is_plain else name
        return Job(self.tag, self.order, mode, self.args, alone=self.parent_killed)


def exit_in_words(code: int | None) -> str:
    """ "killed by SIGSEGV", "ended its process with exit code 3"."""
    if code is None or code == UNKNOWN:
        return "ended its process"
    if code >= 0:
        return f"ended its process with exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def end_in_words(code: int | None) -> str:
    """How a process that runs no test itself has ended: "was killed by SIGKILL", "ended with exit code 2"."""
    if code is None or code == UNKNOWN:
        return "ended"
    return f"ended with exit code {code}" if code >= 0 else f"was {exit_in_words(code)}"
