"""Event loops, asked for without importing asyncio: a suite that does not use it has none."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any


def running_loop() -> object | None:
    """The event loop that runs in this thread, if any does."""
    events = sys.modules.get("asyncio.events")
    return None if events is None else events._get_running_loop()


def tasks_of(loop: object) -> Iterable[Any]:
    """What is not done in `loop`, as `asyncio.all_tasks` tells."""
    tasks = sys.modules.get("asyncio.tasks")
    return () if tasks is None else tasks.all_tasks(loop)


def loop_of(future: object) -> object | None:
    """The event loop of a future or a task; None of anything else."""
    futures = sys.modules.get("asyncio.futures")
    if futures is None or not issubclass(type(future), futures.Future):
        return None
    found: object = futures.Future.get_loop(future)
    return found
