"""`--dist loadscope` and `--dist loadfile`: whole classes or files, those with most tests first
(`xdist.scheduler.loadscope`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leakcheck.orders.xdist.workers import Worker

_FEW = 2
"""A worker with so many open tests gets more."""


def scope_of(test: str) -> str:
    """The class of a method, else the file."""
    return test.rsplit("::", 1)[0]


def file_of(test: str) -> str:
    return test.split("::", 1)[0]


class Scopes:
    def __init__(self, tests: Sequence[str], workers: Sequence[Worker], unit: Callable[[str], str]) -> None:
        units: dict[str, list[str]] = {}
        for test in tests:
            units.setdefault(unit(test), []).append(test)
        self._units = sorted(units.values(), key=lambda each: -len(each))
        self._workers = workers[: len(units)]
        self._idle = workers[len(units) :]

    def start(self) -> None:
        for worker in self._idle:
            worker.shutdown()
        for worker in self._workers:
            self._send(worker)
        for worker in self._workers:
            self._more(worker)
        if not self._units:
            for worker in self._workers:
                worker.shutdown()

    def complete(self, worker: Worker, test: str, seconds: float) -> None:
        worker.pending.remove(test)
        self._more(worker)

    def _more(self, worker: Worker) -> None:
        if not self._units:
            worker.shutdown()
        elif not worker.down and len(worker.pending) <= _FEW:
            self._send(worker)

    def _send(self, worker: Worker) -> None:
        worker.send(self._units.pop(0))
