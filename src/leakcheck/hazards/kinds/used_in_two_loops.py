"""LK509: an object that belongs to an event loop, used in another one."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import FrameType, ModuleType

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.loops import running_loop
from leakcheck.hazards.patching import ByIdentity, look_before
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file

_WAITING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "asyncio.locks": {"Lock": ("acquire",), "Semaphore": ("acquire",), "Event": ("wait",), "Condition": ("wait",)},
    "asyncio.queues": {"Queue": ("get", "put")},
}
"""What waits in a loop: the methods by their classes and modules."""


@dataclass
class _Made:
    """One object that a line of the project has made, and the loop in which it was used last."""

    source: Source
    loop: weakref.ref[object] | None = None


class Hazard(Contract):
    """Names: the class of the object. The line is the one that makes it."""

    code = "LK509"
    name = "ObjectOfAnotherLoop"
    short = "One lock or queue in several event loops"
    help = (
        "A lock, queue, semaphore, event or condition of asyncio is kept in a module or in a wider fixture, and "
        "used in several event loops. As soon as somebody has to wait for it, it belongs to one loop, and in any "
        "other it fails: `is bound to a different event loop`. Pools and async engines that hold one do likewise."
    )
    fix = (
        "Make it in the loop that uses it: in the lifespan of the application, or in an async fixture of function "
        "scope; or let all tests run in one loop (`loop_scope`, or an `anyio_backend` of session scope)."
    )

    def __init__(self) -> None:
        self._made: ByIdentity[_Made | None] = ByIdentity(lambda: None)

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {module: partial(self._patch, classes) for module, classes in _WAITING.items()}

    def _patch(self, classes: Mapping[str, tuple[str, ...]], module: ModuleType, scene: Scene) -> None:
        for name, methods in classes.items():
            look_before(getattr(module, name), "__init__", lambda made, *_, **__: self._born(made, scene))
            for method in methods:
                look_before(getattr(module, name), method, lambda waited, *_: self._look(waited, scene))

    def _born(self, made: object, scene: Scene) -> None:
        """What libraries make is theirs: only what a line of the project makes counts."""
        source = scene.source() if _is_project(sys._getframe(3)) else None
        if source is not None:
            self._made.know(made, _Made(source))

    def _look(self, waited: object, scene: Scene) -> None:
        made = self._made.get(waited)
        loop = None if made is None else running_loop()
        if made is None or loop is None or (made.loop is not None and made.loop() is loop):
            return
        if made.loop is not None:
            scene.tell(Sighting(self.code, "used", "", "", made.source, (type(waited).__name__,)))
        made.loop = weakref.ref(loop)

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            assert first.source is not None
            (what,) = first.names
            title = f"One asyncio.{what} is used in several event loops"
            why = "Who has to wait for it binds it to a loop, and in every other one it fails from then on."
            tests = [test for test, _ in told]
            yield self.finding(title, why, first.source, tests, Location("", "", what))


def _is_project(frame: FrameType | None) -> bool:
    """Whether the code in `frame` is the project's own, past what was made of text (data classes)."""
    while frame is not None and frame.f_code.co_filename.startswith("<"):
        frame = frame.f_back
    return frame is not None and is_project_file(frame.f_code.co_filename)
