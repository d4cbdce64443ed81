"""Workers as pytest-xdist has them: each takes a test only when it knows the next one, or that there is none."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

END = ""
"""In a queue: nothing more comes. No test is called so."""


@dataclass
class Worker:
    """`pending` are the tests that the scheduler believes to be open, `queue` those that are not yet taken."""

    number: int
    pending: list[str] = field(default_factory=list)
    queue: deque[str] = field(default_factory=deque)
    ran: list[str] = field(default_factory=list)
    running: str = END
    upcoming: str | None = None
    down: bool = False

    @property
    def name(self) -> str:
        return f"gw{self.number}"

    def send(self, tests: Sequence[str]) -> None:
        self.pending.extend(tests)
        self.queue.extend(tests)

    def shutdown(self) -> None:
        if not self.down:
            self.down = True
            self.queue.append(END)

    def give_back(self, tests: Sequence[str]) -> list[str]:
        """All of `tests`, or none if it has taken one of them already."""
        if not set(tests) <= set(self.queue):
            return []
        self.queue = deque(test for test in self.queue if test not in tests)
        self.pending = [test for test in self.pending if test not in tests]
        return list(tests)

    def begin(self) -> bool:
        """Whether it begins with its next test now."""
        if self.running != END:
            return False
        if self.upcoming is None and self.queue:
            self.upcoming = self.queue.popleft()
        if self.upcoming in (None, END) or not self.queue:
            return False
        self.running, self.upcoming = self.upcoming or END, self.queue.popleft()
        return True


class Scheduler(Protocol):
    """Decides who gets what."""

    def start(self) -> None: ...

    def complete(self, worker: Worker, test: str, seconds: float) -> None:
        """`worker` is done with `test`."""


Plan = Callable[[Sequence[str], Sequence[Worker]], Scheduler]
"""A scheduler for these tests, in declared order, and these workers."""


def distributed(
    tests: Sequence[str], seconds: Mapping[str, float], workers: int, plan: Plan
) -> tuple[tuple[Worker, ...], float]:
    """The workers, each with what it `ran`, and how long all of it takes. Messages take no time."""
    crew = tuple(Worker(number) for number in range(workers))
    scheduler = plan(tests, crew)
    usual = sum(seconds.values()) / len(seconds) if seconds else 1.0
    ends: list[tuple[float, int]] = []
    now = 0.0

    def begin() -> None:
        for worker in crew:
            if worker.begin():
                heapq.heappush(ends, (now + seconds.get(worker.running, usual), worker.number))

    scheduler.start()
    begin()
    while ends:
        now, number = heapq.heappop(ends)
        worker = crew[number]
        done, worker.running = worker.running, END
        worker.ran.append(done)
        begin()
        scheduler.complete(worker, done, seconds.get(done, usual))
        begin()
    return crew, now
