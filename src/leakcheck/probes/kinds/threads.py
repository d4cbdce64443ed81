"""Threads and asyncio tasks that are still alive when a test is over.

A thread that a test leaves behind goes on in its neighbours' time: the portal of a `TestClient` that was entered
and never left, with the application's lifespan in it, a server, a poller. Neither can be put back.
Idle workers of pools are left out.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Values
from leakcheck.snapshots.type_names import label

_POOLS = ("ThreadPoolExecutor-", "asyncio_", "AnyIO worker thread", "Trio thread ")
MOMENT, PATIENCE = 0.02, 15
"""Seconds, and how often so many are waited for a thread to end that is about to."""
_sleep = time.sleep  # a test may replace it
_PORTAL = "a client or portal that was entered and never left"
_RUNNERS = frozenset({"TestRunner._run_tests_and_fixtures"})
"""Tasks in which a test runner (anyio's) keeps fixtures alive."""


class Probe(Setting):
    """Owner: `threading` or `asyncio`. Key: what runs in the thread or task. Value: how many there are."""

    kind = "threads"
    by_fixtures = True
    about = About(
        form="threads or tasks alive: $key",
        whole="the threads",
        advice=(
            "End what the test starts before it is over: enter clients by `with TestClient(app) as client:`, join "
            "threads, cancel tasks."
        ),
        put_back="never",
    )

    def read(self) -> Values:
        alive: Values = Counter(running_threads())
        return {**alive, **Counter(_tasks())}

    def glance(self) -> Any:
        """Where the main thread is alone, and no task waits, there is nothing to tell apart."""
        return () if threading.active_count() == 1 and not _known_tasks() else MISSING

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """What there is more of than before, and stays so for a moment: what has ended, or is just ending, is no
        leak."""
        more = _more(before, after)
        for _ in range(PATIENCE if more else 0):
            _sleep(MOMENT)
            more = [each for each in _more(before, self.read()) if each in more]
            if not more:
                break
        return more

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Nothing: what runs can only end by itself."""


def _more(before: Values, after: Values) -> list[tuple[str, str]]:
    return [each for each, number in after.items() if number > before.get(each, 0)]


def running_threads() -> Iterator[tuple[str, str]]:
    main = threading.main_thread()
    for thread in threading.enumerate():
        if thread is not main and not thread.name.startswith(_POOLS):
            yield "threading", work_of(thread)


def work_of(thread: threading.Thread) -> str:
    """What a thread runs: its number differs from process to process."""
    state = thread.__dict__
    if isinstance(thread, threading.Timer):
        return f"timer of {label(state.get('function'))}"
    target = state.get("_target")
    name = label(type(thread) if target is None else target)
    return _PORTAL if "blocking_portal" in name else name


def _known_tasks() -> Collection[Any] | None:
    """All that the event loops know of, done or not."""
    module = sys.modules.get("asyncio.tasks")
    known: Collection[Any] | None = getattr(module, "_scheduled_tasks", None) or getattr(module, "_all_tasks", None)
    return known


def _tasks() -> Iterator[tuple[str, str]]:
    """Tasks that are not done, of loops neither closed nor run by a thread: that thread is told already."""
    for task in list(_known_tasks() or ()):
        try:
            loop = task.get_loop()
            waits = not task.done() and not loop.is_closed() and not loop.is_running()
        except Exception:  # a task of somebody else's making
            continue
        name = getattr(task.get_coro(), "__qualname__", "?")
        if waits and name not in _RUNNERS:
            yield "asyncio", f"task {name}"
