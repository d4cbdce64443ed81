"""What an event loop holds for whoever runs in it next: its settings, and the tasks that were left in it."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from leakcheck.snapshots.markers import Items

Content = dict[Any, Any]
_SETTINGS = {
    "debug": "_debug",
    "slow_callback_duration": "slow_callback_duration",
    "exception_handler": "_exception_handler",
    "task_factory": "_task_factory",
    "default_executor": "_default_executor",
}
_TASKS = "tasks"


def read(loop: Any) -> Content:
    """Settings by name, and under `tasks` what the coroutines of tasks are called that are not done."""
    held = object.__getattribute__(loop, "__dict__")
    return {
        **{name: held.get(attribute) for name, attribute in _SETTINGS.items()},
        _TASKS: Items(sorted(map(_work_of, _waiting(loop)))),
    }


def put_back(loop: Any, key: Any, old: Any) -> None:
    """Set what was set. Tasks that were not there are cancelled, as a runner does in its end; those that have ended
    cannot be begun again."""
    if key != _TASKS:
        object.__getattribute__(loop, "__dict__")[_SETTINGS[key]] = old
        return
    known, more = Counter(old), []
    for task in sorted(_waiting(loop), key=lambda each: (len(each.get_name()), each.get_name())):
        known[_work_of(task)] -= 1
        if known[_work_of(task)] < 0:
            more.append(task)
    for task in more:
        task.cancel()
    if more and not loop.is_running():
        loop.run_until_complete(sys.modules["asyncio.tasks"].gather(*more, return_exceptions=True))


def _waiting(loop: Any) -> list[Any]:
    return [] if loop.is_closed() else list(sys.modules["asyncio.tasks"].all_tasks(loop))


def _work_of(task: Any) -> str:
    return str(getattr(task.get_coro(), "__qualname__", "?"))
