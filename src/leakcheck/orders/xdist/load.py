"""`--dist load`: chunks of neighbours, smaller and smaller ones (`xdist.scheduler.load`)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from leakcheck.orders.xdist.workers import Worker

_LONG = 0.1
"""Seconds of a test behind which a worker that has enough is left alone."""


class Load:
    def __init__(self, tests: Sequence[str], workers: Sequence[Worker]) -> None:
        self._pending = list(tests)
        self._workers = workers

    def start(self) -> None:
        if len(self._pending) < 2 * len(self._workers):
            for _, worker in zip(range(len(self._pending)), cycle(self._workers), strict=False):
                self._send(worker, 1)
        else:
            chunk = max(len(self._pending) // len(self._workers) // 4, 2)
            for worker in self._workers:
                self._send(worker, chunk)
        if not self._pending:
            for worker in self._workers:
                worker.shutdown()

    def complete(self, worker: Worker, test: str, seconds: float) -> None:
        worker.pending.remove(test)
        if worker.down:
            return
        if not self._pending:
            worker.shutdown()
            return
        least = max(2, len(self._pending) // len(self._workers) // 4)
        most = max(2, len(self._pending) // len(self._workers) // 2)
        if len(worker.pending) < least and not (seconds >= _LONG and len(worker.pending) >= 2):
            self._send(worker, most - len(worker.pending))

    def _send(self, worker: Worker, number: int) -> None:
        sent, self._pending = self._pending[:number], self._pending[number:]
        worker.send(sent)
