"""LK508: what is still open when its test is over: a client's portal, a task, a connection of a pool."""

from __future__ import annotations

import threading
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.loops import tasks_of
from leakcheck.hazards.patching import look_after, look_before
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file

_thread, _main = threading.current_thread, threading.main_thread()
_CLIENT, _TASK, _CONNECTION = "client", "task", "connection"
_TITLES = {
    _CLIENT: "A TestClient is opened and never closed",
    _TASK: "The task {0} is cut off when its loop ends",
    _CONNECTION: "A connection of a pool is not given back",
}
_WHYS = {
    _CLIENT: "Its thread and its event loop run on, and the shutdown of the application never does.",
    _TASK: "Nobody awaits it and nobody cancels it: how far it comes, chance decides.",
    _CONNECTION: "It is still checked out when the test is over, with its transaction and its locks.",
}
_Open = list[tuple[weakref.ref[Any], Source]]


class Hazard(Contract):
    """Key: the function of a task. The line is the one that opens, or that of the function."""

    code = "LK508"
    name = "LeftOpen"
    short = "What is still open when its test is over"
    help = (
        "A test opens a `TestClient` and does not close it, leaves a task that nobody awaits, or does not give a "
        "connection back to its pool. The error comes later, with another test: `ConnectionResetError`, `Event "
        "loop is closed`, `attached to a different loop`, a database that is locked, a pool that is exhausted."
    )
    fix = (
        "Close it where it is opened: `with` for a client, a session or a connection, behind the `yield` of a "
        "fixture for what a test gets; await a task, or cancel it and await that."
    )

    def __init__(self) -> None:
        self._clients: _Open = []
        self._connections: _Open = []

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {
            "starlette.testclient": self._patch_client,
            "asyncio.runners": self._patch_runners,
            "sqlalchemy.pool.base": self._patch_pool,
        }

    def _patch_client(self, module: ModuleType, scene: Scene) -> None:
        look_before(module.TestClient, "__enter__", lambda client: self._opened(self._clients, client, scene))

    def _patch_pool(self, module: ModuleType, scene: Scene) -> None:
        look_after(module.Pool, "connect", lambda found, _: self._opened(self._connections, found, scene))

    def _patch_runners(self, module: ModuleType, scene: Scene) -> None:
        look_before(module, "_cancel_all_tasks", lambda loop: self._cut_off(loop, scene))

    @staticmethod
    def _opened(known: _Open, what: object, scene: Scene) -> None:
        """What wider fixtures and imports open may stay open."""
        source = scene.source()
        if source is not None and source.scope in (None, "function") and source.phase != "import":
            known.append((weakref.ref(what), source))

    def _cut_off(self, loop: Any, scene: Scene) -> None:
        """An event loop of a test is about to end, and to cancel all that runs in it."""
        if _thread() is not _main or scene.is_shared():
            return
        for task in tasks_of(loop):
            coroutine: Any = task.get_coro()
            code = coroutine.cr_code if type(coroutine) is types.CoroutineType else None
            if code is not None and is_project_file(code.co_filename):
                source = scene.place(code.co_filename, code.co_firstlineno, code.co_name)
                scene.tell(Sighting(self.code, _TASK, "", coroutine.__qualname__, source))

    def rest(self, scene: Scene, *, over: bool) -> None:
        if not over:
            return
        self._look(self._clients, _CLIENT, "portal", scene)
        self._look(self._connections, _CONNECTION, "dbapi_connection", scene)

    def _look(self, known: _Open, what: str, inside: str, scene: Scene) -> None:
        """Of what was opened: it is open as long as it has something `inside`."""
        for ref, source in known:
            opened = ref()
            if opened is not None and getattr(opened, inside) is not None:
                scene.tell(Sighting(self.code, what, "", "", source))
        known.clear()

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            tests = list(dict.fromkeys(test for test, _ in told if test))
            if tests and first.source is not None:
                title = _TITLES[first.what].format(first.key)
                place = Location("", "", first.key)
                yield self.finding(title, _WHYS[first.what], first.source, tests, place)
