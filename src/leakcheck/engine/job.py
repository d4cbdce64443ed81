"""One execution under way, and what its segment tells while it runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace

from leakcheck import events
from leakcheck.records import QUIET_FILES, Order, Status
from leakcheck.store import AuditFolder

_STARTED, _OUTSIDE = b'"event":"started"', b'"event":"outside"'


@dataclass(frozen=True)
class Limits:
    """Seconds without a sign of life during one test, and seconds for one execution."""

    test: float = 60.0
    execution: float = 1800.0


@dataclass
class Job:
    """One execution under way.

    `touches` tells that one of its tests is about to change a file, `running` that its first test began, and
    `tried` that it was tried before, when there was no room to record it.
    """

    tag: str
    order: Order
    mode: str
    args: tuple[str, ...] | None = None
    pid: int = 0
    process: subprocess.Popen[bytes] | None = None
    node: str = ""
    began: float = 0.0
    size: int = -1
    alive: float = 0.0
    running: bool = False
    touches: bool = False
    timed_out: bool = False
    status: int | None = None
    tried: bool = False
    _read: int = 0

    def look(self, folder: AuditFolder, now: float) -> None:
        """Read what the segment has got since the last look. It grows at the beginning and at the end of a test."""
        size = folder.status(self.tag).st_size
        if size == self.size:
            return
        self.size, self.alive = size, now
        data = folder.data(self.tag, self._read)
        whole = data.rfind(b"\n") + 1
        self._read += whole
        for line in data[:whole].splitlines():
            if _STARTED in line[:40]:
                self.running = True
            elif self.running and _OUTSIDE in line[:40]:
                self.touches = self.touches or _is_file(line)

    def ended(self, items: Iterable[events.Event]) -> Status:
        """How it ended, by what it told."""
        kinds = {type(event) for event in items}
        return (
            "timeout" if self.timed_out
            else "finished" if events.Completed in kinds
            else "stopped" if events.Stopped in kinds
            else "crashed" if events.Started in kinds
            else "refused"
        )  # fmt: skip

    def again(self) -> Job:
        """The same question; alone, if its tests touch files."""
        order = replace(self.order, exclusive=self.order.exclusive or self.touches)
        return Job(self.tag, order, self.mode, self.args)


def _is_file(line: bytes) -> bool:
    event = events.decode(line.rpartition(b" ")[0])
    return isinstance(event, events.Outside) and event.what == "file" and QUIET_FILES not in event.name
