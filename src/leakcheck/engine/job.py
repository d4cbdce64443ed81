"""Executions under way: what their segments tell while they run, how long they have been silent, how they ended."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leakcheck import events
from leakcheck.engine.processes import UNKNOWN, kill_group
from leakcheck.engine.spawn.keeper_client import Spawned
from leakcheck.engine.spawn.launch import Launch
from leakcheck.records import QUIET_FILES, Order, Status
from leakcheck.store import AuditFolder
from leakcheck.wire.process_config import Mode

ENDING = 5.0
"""Seconds that a process has to end behind its last test, and to be gone when it was killed."""
_ENDS = ("completed", "stopped")


@dataclass(frozen=True)
class Limits:
    """Seconds without a sign of life during one test, and seconds for one execution."""

    test: float = 60.0
    execution: float = 1800.0


@dataclass
class Job:
    """One execution under way. `pid` leads the group of the process that runs the tests; 0 until it is known.

    `running` tells that its first test began, `touches` that one of its tests is about to change a file, `complete`
    that its last test is over. `adopted`: the process that forked it is gone, and its end is told by whom orphans
    come to. `lost`: nobody will tell any more, and it has to run once more; `alone`: it does, with its own parent.
    `tried`: it was tried before, when there was no room to record it.
    """

    tag: str
    order: Order
    mode: str
    args: tuple[str, ...] | None = None
    pid: int = 0
    spawned: Spawned | None = None
    adopted: Spawned | None = None
    node: str = ""
    began: float = 0.0
    size: int = -1
    alive: float = 0.0
    running: bool = False
    touches: bool = False
    complete: bool = False
    killed: float = 0.0
    late: str = ""
    lost: bool = False
    alone: bool = False
    status: int | None = None
    tried: bool = False
    _read: int = 0

    @property
    def over(self) -> bool:
        return self.lost or self.status is not None

    def start(self, launch: Launch) -> None:
        """In a process of its own."""
        mode: Mode = "control" if self.mode == "control" else "single"
        self.mode = mode
        self.spawned = launch.start(mode, self.tag, args=self.args)
        self.pid = self.spawned.pid

    def poll(self) -> None:
        """Ask about a process of its own, and about an orphan; others are told of."""
        if self.spawned is not None:
            self.status = self.spawned.poll()
            if self.spawned.keeper_killed and not self.killed and not self.alone:
                self.lose()
        elif self.adopted is not None:
            over = self.adopted.poll() is not None
            self.status = self.adopted.ended.get(self.pid)
            if over and self.status is None:
                self.lose()

    def orphaned(self, by: Spawned) -> None:
        """The process that forked it is gone."""
        if self.pid and by.shields:
            self.adopted = by
        else:
            self.lose()

    def lose(self) -> None:
        kill_group(self.pid)
        self.lost = True

    def look(self, folder: AuditFolder, now: float) -> None:
        """Read what the segment has got since the last look. That it grows at the beginning and at the end of every
        test is the sign of life. What tests have forked tells of itself elsewhere."""
        self.touches = self.touches or any(map(_is_file, folder.forked(self.tag)))
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
        elif self.running and name == "outside":
            self.touches = self.touches or _is_file(events.decode(line.rpartition(b" ")[0]))
        self.complete = name in _ENDS

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

    def kill(self, now: float) -> None:
        self.killed = now
        kill_group(self.pid)

    def ended(self, items: Iterable[events.Event]) -> tuple[Status, str]:
        """(how it ended, by what it told; why its last test did not end, in words)."""
        kinds = {type(event) for event in items}
        if self.late:
            return "timeout", self.late
        if self.spawned is not None and self.spawned.keeper_killed:
            return "crashed", f"its parent process was {exit_in_words(self.status)}"
        if events.Completed in kinds:
            return "finished", exit_in_words(self.status)
        if events.Stopped in kinds:
            return "stopped", ""
        return "crashed" if events.Started in kinds else "refused", exit_in_words(self.status)

    def again(self) -> Job:
        """The same question; alone, if its tests touch files."""
        order = replace(self.order, exclusive=self.order.exclusive or self.touches)
        return Job(self.tag, order, self.mode, self.args)

    def elsewhere(self) -> Job:
        """The same question to a process of its own."""
        mode = "control" if self.mode == "control" else "single"
        return Job(self.tag, self.order, mode, self.args, alone=self.spawned is not None)


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


def _is_file(event: events.Event) -> bool:
    return isinstance(event, events.Outside) and event.what == "file" and QUIET_FILES not in event.name
