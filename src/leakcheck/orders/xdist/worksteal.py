"""`--dist worksteal`: an even share of neighbours for each, and who is done takes half of what the busiest still
has (`xdist.scheduler.worksteal`)."""

from __future__ import annotations

from collections.abc import Sequence

from leakcheck.orders.xdist.workers import Worker

_LEAST = 2
"""So many open tests keep a worker running."""


class WorkSteal:
    def __init__(self, tests: Sequence[str], workers: Sequence[Worker]) -> None:
        self._pending = list(tests)
        self._workers = workers

    def start(self) -> None:
        self._check()

    def complete(self, worker: Worker, test: str, seconds: float) -> None:
        worker.pending.remove(test)
        self._check()

    def _check(self) -> None:
        """As often as something is stolen: what is given back is handed out at once."""
        while self._share_and_steal():
            pass

    def _share_and_steal(self) -> bool:
        """Whether something was given back."""
        self._share()
        idle = self._idle()
        if not idle:
            return False
        busiest = max(self._up(), key=lambda worker: len(worker.pending))
        number = min(len(busiest.pending) // 2, max(0, len(busiest.pending) - _LEAST))
        given = busiest.give_back(busiest.pending[-number:]) if number else []
        self._pending += given
        if not number:
            for worker in idle:
                worker.shutdown()
        return bool(given)

    def _share(self) -> None:
        idle = self._idle() if self._pending else []
        for place, worker in enumerate(idle):
            number = len(self._pending) // (len(idle) - place)
            sent, self._pending = self._pending[:number], self._pending[number:]
            worker.send(sent)

    def _up(self) -> list[Worker]:
        return [worker for worker in self._workers if not worker.down]

    def _idle(self) -> list[Worker]:
        return [worker for worker in self._up() if len(worker.pending) < _LEAST]
