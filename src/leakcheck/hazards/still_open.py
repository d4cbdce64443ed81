"""What tests have opened, and whether it is open still when they are over."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Scene
from leakcheck.hazards.patching import ByIdentity
from leakcheck.hazards.sessions import outlives_tests
from leakcheck.records import Source

CLIENT, PORTAL, CONNECTION, SOCKET, SERVER = "client", "portal", "connection", "socket", "server"
_thread, _main = threading.current_thread, threading.main_thread()
_CLOSED = -1
_RUNS_PORTAL = "run_blocking_portal"
"""The function of anyio's threads: it is a plugin of pytest, which loads its modules past those who look."""


def _number(socket: Any) -> object:
    return None if socket.fileno() == _CLOSED else socket


_INSIDE: Mapping[str, Callable[[Any], object]] = {
    CLIENT: lambda client: client.portal,
    PORTAL: lambda thread: thread if thread.is_alive() else None,
    CONNECTION: lambda connection: connection.dbapi_connection,
    SOCKET: _number,
    SERVER: _number,
}
"""What something of each sort has inside as long as it is open; None when it is closed."""


class StillOpen:
    """What was opened since a test began: nothing of it is kept alive. Of a thread, which line has started it."""

    def __init__(self) -> None:
        self._opened: list[tuple[str, str, weakref.ref[Any], Source]] = []
        self._threads: ByIdentity[Source | None] = ByIdentity(lambda: None)

    def opened(self, what: str, opened: object, source: Source | None, test: str) -> None:
        """What wider fixtures and imports open may stay open."""
        if source is not None and not outlives_tests(source):
            self._opened.append((test, what, weakref.ref(opened), source))

    def starting(self, thread: object, source: Source | None, test: str) -> None:
        """A line of the project starts a thread, be it that of a portal; None if none does."""
        if source is not None:
            self._threads.know(thread, source)
            if getattr(attributes(thread).get("_target"), "__name__", "") == _RUNS_PORTAL:
                self.opened(PORTAL, thread, source, test)

    def starter(self, scene: Scene) -> Source | None:
        """The line of the project that does what is done now: in a thread, the one that has started it."""
        here = _thread()
        return scene.source() if here is _main else self._threads.get(here)

    def left(self, by: str) -> Iterator[tuple[str, Source]]:
        """What a test has left open: one thing of each line, the first."""
        known, self._opened = self._opened, []
        told: set[Source] = set()
        for test, what, ref, source in known:
            opened = ref()
            if test == by and opened is not None and source not in told and _INSIDE[what](opened) is not None:
                told.add(source)
                yield what, source
