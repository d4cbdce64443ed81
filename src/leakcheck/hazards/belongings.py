"""Event loops and sockets, and the tests whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Scene
from leakcheck.hazards.late_failures import CLOSED, RESET
from leakcheck.hazards.patching import ByIdentity, look_before
from leakcheck.hazards.still_open import SOCKET
from leakcheck.records import Source

LOOP = "loop"


@dataclass(frozen=True)
class Belonging:
    """What it is, the test that made or closed it, and by which line, if that is known."""

    what: str
    test: str
    source: Source | None = None


NOBODYS = Belonging("", "")
"""Of something that no single test made or closed."""


@dataclass(slots=True)
class _Loop:
    """The tests that made and closed it, "" where that is no single one's; and the line that closed it."""

    made: str
    closed: str = ""
    source: Source | None = None


class Belongings:
    """Knows whose an object is that tests may go on to use. What wider fixtures and imports make is everybody's."""

    def __init__(self) -> None:
        self._loops: ByIdentity[_Loop | None] = ByIdentity(lambda: None)
        self._sockets: ByIdentity[Belonging | None] = ByIdentity(lambda: None)

    def patch_loops(self, module: ModuleType, scene: Scene) -> None:
        def made(loop: Any, *_: object) -> None:
            self._loops.know(loop, _Loop(_whose(scene)))

        def closing(loop: Any) -> None:
            known = self._loops.get(loop)
            if known is not None and not attributes(loop).get("_closed"):
                known.closed = _whose(scene)
                known.source = scene.source() if known.closed else None

        look_before(module.BaseEventLoop, "__init__", made)
        look_before(module.BaseEventLoop, "close", closing)

    def connected(self, made: object, source: Source | None, scene: Scene) -> None:
        """A socket connects."""
        self._sockets.know(made, Belonging(SOCKET, test, source) if (test := _whose(scene)) else NOBODYS)

    def behind(self, symptom: str, test: str, thing: object) -> Belonging | None:
        """Whose `thing` is, if a failure of `test` comes from it: `NOBODYS` where that is no other test's."""
        if symptom == RESET:
            found = self._sockets.get(thing)
            return None if found is None else NOBODYS if found.test in ("", test) else found
        loop = self._loops.get(thing)
        if loop is None:
            return None
        if symptom == CLOSED:
            return _of_another(loop.closed, test, loop.source) if attributes(thing).get("_closed") else None
        return None if loop.made == test else _of_another(loop.made, test)


def _of_another(whose: str, test: str, source: Source | None = None) -> Belonging:
    return NOBODYS if whose in ("", test) else Belonging(LOOP, whose, source)


def _whose(scene: Scene) -> str:
    """The test that runs; "" where what runs is shared by several, or is an import."""
    return "" if scene.is_shared() else scene.test()
