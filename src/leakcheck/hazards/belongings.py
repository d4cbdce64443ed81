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


@dataclass
class _Loop:
    """Who made it, and who closed it."""

    made: Belonging
    closed: Belonging = NOBODYS


class Belongings:
    """Knows whose an object is that tests may go on to use. What wider fixtures and imports make is everybody's."""

    def __init__(self) -> None:
        self._loops: ByIdentity[_Loop | None] = ByIdentity(lambda: None)
        self._sockets: ByIdentity[Belonging | None] = ByIdentity(lambda: None)

    def patch_loops(self, module: ModuleType, scene: Scene) -> None:
        def made(loop: Any, *_: object) -> None:
            self._loops.know(loop, _Loop(_of_test(LOOP, None, scene)))

        def closing(loop: Any) -> None:
            known = self._loops.get(loop)
            if known is not None and not attributes(loop).get("_closed"):
                known.closed = _of_test(LOOP, scene.source(), scene)

        look_before(module.BaseEventLoop, "__init__", made)
        look_before(module.BaseEventLoop, "close", closing)

    def connected(self, made: object, source: Source | None, scene: Scene) -> None:
        """A socket connects."""
        self._sockets.know(made, _of_test(SOCKET, source, scene))

    def behind(self, symptom: str, test: str, thing: object) -> Belonging | None:
        """Whose `thing` is, if a failure of `test` comes from it: `NOBODYS` where that is no other test's."""
        if symptom == RESET:
            found = self._sockets.get(thing)
            return None if found is None else _of_another(found, test)
        loop = self._loops.get(thing)
        if loop is None:
            return None
        if symptom == CLOSED:
            return _of_another(loop.closed, test) if attributes(thing).get("_closed") else None
        return None if loop.made.test == test else _of_another(loop.made, test)


def _of_another(found: Belonging, test: str) -> Belonging:
    return NOBODYS if found.test in ("", test) else found


def _of_test(what: str, source: Source | None, scene: Scene) -> Belonging:
    return NOBODYS if scene.is_shared() else Belonging(what, scene.test(), source)
