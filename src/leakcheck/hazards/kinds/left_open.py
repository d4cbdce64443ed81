"""LK508: what is still open when its test is over, and the failures of other tests that come from it."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

from leakcheck.hazards.belongings import LOOP, NOBODYS, Belongings
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.late_failures import CLOSED, OTHER_LOOP, RESET, project_line, symptom, tied_to
from leakcheck.hazards.loops import tasks_of
from leakcheck.hazards.patching import is_called_by_project, look_after, look_before
from leakcheck.hazards.sessions import WiderSessions
from leakcheck.hazards.still_open import CLIENT, CONNECTION, PORTAL, SERVER, SOCKET, StillOpen
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file

_thread, _main = threading.current_thread, threading.main_thread()
_TASK, _LATE = "task", "late"
_TITLES = {
    CLIENT: "A TestClient is opened and never closed",
    PORTAL: "A portal is opened and never closed",
    _TASK: "The task {0} is cut off when its loop ends",
    CONNECTION: "A connection of a pool is not given back",
    SOCKET: "A socket is opened and never closed",
    SERVER: "A server is started and still listens when its test is over",
}
_WHYS = {
    CLIENT: "Its thread and its event loop run on, and the shutdown of the application never does.",
    PORTAL: "Its thread and its event loop run on, and whatever was started in it.",
    _TASK: "Nobody awaits it and nobody cancels it: how far it comes, chance decides.",
    CONNECTION: "It is still checked out when the test is over, with its transaction and its locks.",
    SOCKET: "Who is at its other end waits for this one, or breaks when it goes away at some later time.",
    SERVER: "Its port is taken, and later tests talk to this one.",
}

_LATE_WHYS = {
    (
        SOCKET,
        RESET,
    ): "It has opened this connection and not closed it; another test goes on with it, and its peer is gone.",
    (LOOP, CLOSED): "Its event loop is closed, and another test goes on with something that belongs to that loop.",
    (
        LOOP,
        OTHER_LOOP,
    ): "Something belongs to its event loop, and another test goes on with it in a loop of its own.",
}


class Hazard(Contract):
    """Key: the function of a task. The line is the one that opens, or that of the function. Of a late failure the
    key is the symptom, the owner what the failing code is tied to, the names are the test whose that is, and the
    line is the one that opened or closed it, or that which fails."""

    code = "LK508"
    name = "LeftOpen"
    short = "What is still open when its test is over"
    help = (
        "A test opens a `TestClient`, a portal or a socket and does not close it, leaves a server listening or a "
        "task that nobody awaits, or does not give a connection back to its pool. The error comes later, with "
        "another test: `ConnectionResetError`, `Event loop is closed`, `attached to a different loop`, a database "
        "that is locked, a pool that is exhausted."
    )
    fix = (
        "Close it where it is opened: `with` for a client, a session or a connection, behind the `yield` of a "
        "fixture for what a test gets; await a task, or cancel it and await that."
    )

    def __init__(self) -> None:
        self._open = StillOpen()
        self._belongings = Belongings()
        self._sessions = WiderSessions()

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {
            "starlette.testclient": self._patch_client,
            "asyncio.runners": self._patch_runners,
            "asyncio.base_events": self._belongings.patch_loops,
            "sqlalchemy.orm.session": self._sessions.patch,
            "sqlalchemy.pool.base": self._patch_pool,
            "socket": self._patch_sockets,
            "threading": self._patch_threads,
        }

    def _patch_client(self, module: ModuleType, scene: Scene) -> None:
        look_before(module.TestClient, "__enter__", lambda client: self._opened(CLIENT, client, scene))

    def _patch_pool(self, module: ModuleType, scene: Scene) -> None:
        def connected(found: object, *_: object) -> None:
            if not self._sessions.connect():
                self._opened(CONNECTION, found, scene)

        look_after(module.Pool, "connect", connected)

    def _opened(self, what: str, opened: object, scene: Scene) -> None:
        self._open.opened(what, opened, self._open.starter(scene), scene.test())

    def _patch_runners(self, module: ModuleType, scene: Scene) -> None:
        look_before(module, "_cancel_all_tasks", lambda loop: self._cut_off(loop, scene))

    def _patch_threads(self, module: ModuleType, scene: Scene) -> None:
        def starting(thread: object) -> None:
            self._open.starting(thread, scene.source(), scene.test())

        look_before(module.Thread, "start", starting)

    def _patch_sockets(self, module: ModuleType, scene: Scene) -> None:
        def connecting(made: object, *_: object) -> None:
            self._belongings.connected(made, scene.source(), scene)
            if is_called_by_project():  # what libraries open, they keep for the next call
                self._opened(SOCKET, made, scene)

        look_before(module.socket, "connect", connecting)
        look_before(module.socket, "listen", lambda made, *_: self._opened(SERVER, made, scene))

    def failed(self, error: BaseException, scene: Scene) -> None:
        """The failure is another test's, if what failed is tied to what that has left."""
        found = symptom(error)
        if found is None:
            return
        told, cause = found
        behind = tied_to(cause, partial(self._belongings.behind, told, scene.test()))
        if behind is not None and behind is not NOBODYS:
            place = project_line(cause) or project_line(error)
            source = behind.source or (scene.place(*place) if place is not None else None)
            scene.tell(Sighting(self.code, _LATE, behind.what, told, source, (behind.test,)))

    def _cut_off(self, loop: Any, scene: Scene) -> None:
        """An event loop of a test is about to end, and to cancel all that runs in it."""
        if _thread() is not _main or scene.is_shared():
            return
        for task in tasks_of(loop):
            coroutine: Any = task.get_coro()
            code = coroutine.cr_code if type(coroutine) is types.CoroutineType else None
            if code is not None and is_project_file(code.co_filename):
                source = scene.place(code.co_filename, code.co_firstlineno, code.co_name)
                source = replace(source, phase="call", fixture=None, scope=None)  # of the test, not of its loop
                scene.tell(Sighting(self.code, _TASK, "", coroutine.__qualname__, source))

    def rest(self, scene: Scene, *, over: bool) -> None:
        if over:
            for what, source in self._open.left(scene.test()):
                scene.tell(Sighting(self.code, what, "", "", source))

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        told = by_line(_of_good_runs(seen, self.code))
        late = {place[1:] for place, these in told.items() if these[0][1].what == _LATE}
        for (_, file, number), these in told.items():
            first = these[0][1]
            tests = list(dict.fromkeys(test for test, _ in these if test))
            if first.source is None or not tests:
                continue
            place = Location("", "", first.key)
            if first.what == _LATE:
                yield self._late(first, first.source, tests, place)
            elif (file, number) not in late:  # else it is told with what comes of it
                title = _TITLES[first.what].format(first.key)
                yield self.finding(title, _WHYS[first.what], first.source, tests, place)

    def _late(self, first: Sighting, source: Source, tests: Sequence[str], place: Location) -> Finding:
        (test,) = first.names
        title = f"`{first.key}` comes from what {test} has left"
        return self.finding(title, _LATE_WHYS[first.owner, first.key], source, [*tests, test], place)


def _of_good_runs(seen: Seen, code: str) -> Iterator[tuple[str, Sighting]]:
    """What a test leaves open because it fails, and what its traceback keeps, is no mistake of its own."""
    for run in seen.runs:
        yield from (
            (run.test, each) for each in run.sightings if each.code == code and (run.good or each.what == _LATE)
        )
