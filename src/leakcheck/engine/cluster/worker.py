"""What a worker of Dask does: tasks of an audit. The only module of leakcheck that is loaded by Dask."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from distributed import get_worker, secede

from leakcheck.engine.cluster.check import seen_here
from leakcheck.engine.cluster.places import moved
from leakcheck.engine.cluster.station import Station, station
from leakcheck.engine.cluster.terms import Answer, Asked, At, Over, Seen, Terms
from leakcheck.errors import EngineFailed
from leakcheck.workspace.likely_root import likely_root

PROJECT = "LEAKCHECK_PROJECT"
"""The folder of the project, where that is not the one in which the worker was started."""
_STATIONS = "_leakcheck"
_TICK, _SOON = 0.2, 5.0
"""Seconds between two looks at whether the host still waits, and until an engine has to be there that was up."""
_ALIVE = ("executing", "long-running")
_WORKS = ("running", "paused")
_OWN = "Compute Failed"


def look(terms: Terms) -> Seen:
    """What is here of what makes outcomes."""
    project = _project()
    paths = moved(terms.paths, terms.places["here"], project)
    (python,) = moved((terms.python or sys.executable,), terms.places["here"], project)
    seen = seen_here(project, Path(likely_root(paths, Path(project))), python, terms.salt)
    return replace(seen, worker=str(get_worker().name))


def hold(terms: Terms, topic: str) -> None:
    """Have an engine here for as long as the host wants it."""
    worker, wanted = get_worker(), _wanted()

    def tell(at: At) -> None:
        worker.log_event(topic, {"tag": at.tag, "tests": at.tests, "touches": at.touches})

    def say(text: str) -> None:
        worker.log_event(topic, {"by": worker.address, "says": text})

    with station(terms, worker.state.nthreads, _project(), tell) as own, warnings_to(say):
        _stations(worker)[terms.audit] = own
        secede()
        worker.log_event(topic, {"up": worker.address})
        try:
            while wanted() and own.over is None:
                if own.failed:
                    raise EngineFailed(own.failed)
                sleep(_TICK)
        finally:
            del _stations(worker)[terms.audit]


class _Teller(logging.Handler):
    """Hands on what Dask warns of, by first lines. What comes of handing on is not handed on; nor is that a task of
    ours has failed, which its host is told with the task."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say = say
        self._busy = False

    def emit(self, record: logging.LogRecord) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            line = record.getMessage().partition("\n")[0].strip()
            if not line.startswith(_OWN):
                self._say(line)
        except Exception:
            self.handleError(record)
        finally:
            self._busy = False


@contextmanager
def warnings_to(say: Callable[[str], None]) -> Iterator[None]:
    """Have warnings be said as well, for as long as the context: of a worker that dies, there is no more."""
    logger, teller = logging.getLogger("distributed"), _Teller(say)
    logger.addHandler(teller)
    try:
        yield
    finally:
        logger.removeHandler(teller)


def run(audit: str, asked: Sequence[Asked]) -> list[Answer]:
    """Executions, by the engine that is held here."""
    worker, wanted = get_worker(), _wanted()
    deadline = monotonic() + _SOON
    while audit not in _stations(worker):
        if monotonic() > deadline:
            raise EngineFailed("there is no engine of this audit")
        sleep(_TICK / 10)
    return _stations(worker)[audit].run(asked, wanted)


async def end(audit: str, dask_worker: Any) -> Over:
    """Put back what was changed."""
    own = _stations(dask_worker).get(audit)
    return await asyncio.to_thread(own.end) if own is not None else Over()


def _project() -> str:
    return os.environ.get(PROJECT) or str(Path.cwd())


def _stations(worker: Any) -> dict[str, Station]:
    found: dict[str, Station] = vars(worker).setdefault(_STATIONS, {})
    return found


def _wanted() -> Callable[[], bool]:
    """Whether the host still waits for what the task does that asks: else it has cancelled it, or is gone; or the
    worker is about to end."""
    worker = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state in _ALIVE and worker.status.name in _WORKS

    return wanted
