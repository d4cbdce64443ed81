"""LK509: an object that belongs to an event loop, used in another one."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.loops import running_loop
from leakcheck.hazards.patching import ByIdentity, look_before
from leakcheck.records import Finding, Location, Sighting, Source

_WAITING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "asyncio.locks": {
        "Lock": ("acquire",),
        "Semaphore": ("acquire",),
        "BoundedSemaphore": (),
        "Event": ("wait",),
        "Condition": ("__aenter__", "wait"),
        "Barrier": ("wait",),
    },
    "asyncio.queues": {"Queue": ("get", "put")},
}
"""What waits in a loop: the methods by their classes and modules. What one of these classes has from another is
seen there; the lock of a condition is not the project's."""
_POOLS: Mapping[str, tuple[str, str, str]] = {
    "httpcore._async.connection_pool": ("AsyncConnectionPool", "handle_async_request", "HTTP client"),
    "sqlalchemy.pool.impl": ("AsyncAdaptedQueuePool", "connect", "engine"),
    "asyncpg.pool": ("Pool", "acquire", "pool"),
    "redis.asyncio.connection": ("ConnectionPool", "get_connection", "pool"),
}
"""What keeps connections, which belong to the loop that opened them: the class, the method that hands one out, and
what people call it. A library makes it for them, and the line is that of the project which asks for it."""
_OF_ANY_LOOP = frozenset({"aiosqlite"})
"""Drivers that have a thread of their own, and serve every loop."""
_CALLED = frozenset(called for _, _, called in _POOLS.values())
_WHY = "Who has to wait for it binds it to a loop, and in every other one it fails from then on."
_WHY_POOL = "A connection that it keeps belongs to the loop that opened it, and fails in every other one."


@dataclass
class _Made:
    """One object that a line of the project has made, and the loop in which it was used last."""

    source: Source
    loop: weakref.ref[object] | None = None


class Hazard(Contract):
    """Names: the class of the object. The line is the one that makes it."""

    code = "LK509"
    name = "ObjectOfAnotherLoop"
    short = "One lock, queue or pool in several event loops"
    help = (
        "A lock, queue, semaphore, event, condition or barrier of asyncio is kept in a module or in a wider "
        "fixture, and used in several event loops. As soon as somebody has to wait for it, it belongs to one "
        "loop, and in any other it fails: `is bound to a different event loop`. The same holds for the "
        "connections that an async engine, an async HTTP client or another pool keeps: `attached to a "
        "different loop`, `Event loop is closed`."
    )
    fix = (
        "Make it in the loop that uses it: in the lifespan of the application, or in an async fixture of function "
        "scope; or let all tests run in one loop (`loop_scope`, or an `anyio_backend` of session scope). What "
        "keeps connections can be emptied behind each test, too: `await engine.dispose()`."
    )

    def __init__(self) -> None:
        self._made: ByIdentity[_Made | None] = ByIdentity(lambda: None)

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        waiting = {module: partial(self._patch, classes) for module, classes in _WAITING.items()}
        return {**waiting, **{module: partial(self._patch_pool, *names) for module, names in _POOLS.items()}}

    def _patch_pool(self, cls: str, method: str, what: str, module: ModuleType, scene: Scene) -> None:
        def handing(pool: object, *_: object, **__: object) -> None:
            if self._made and _driver(pool) not in _OF_ANY_LOOP:
                self._look(pool, scene, what)

        look_before(getattr(module, cls), "__init__", lambda pool, *_, **__: self._born(pool, scene))
        look_before(getattr(module, cls), method, handing)

    def _patch(self, classes: Mapping[str, tuple[str, ...]], module: ModuleType, scene: Scene) -> None:
        """What libraries make is theirs (a request makes dozens of events): only what a line of the project makes
        counts."""
        for name, methods in classes.items():
            cls = getattr(module, name)
            if "__init__" in vars(cls):
                look_before(cls, "__init__", lambda made, *_, **__: self._born(made, scene), by_project=True)
            for method in methods:
                look_before(cls, method, lambda waited, *_: self._look(waited, scene))

    def _born(self, made: object, scene: Scene) -> None:
        source = scene.source()
        if source is not None:
            self._made.know(made, _Made(source))

    def _look(self, waited: object, scene: Scene, what: str = "") -> None:
        """Something is used; people call it `what`, or by its own name."""
        made = self._made.get(waited) if self._made else None
        loop = None if made is None else running_loop()
        if made is None or loop is None or (made.loop is not None and made.loop() is loop):
            return
        if made.loop is not None:
            scene.tell(Sighting(self.code, "used", "", "", made.source, (what or type(waited).__name__,)))
        made.loop = weakref.ref(loop)

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            assert first.source is not None
            (what,) = first.names
            is_pool = what in _CALLED
            title = f"One {what if is_pool else f'asyncio.{what}'} is used in several event loops"
            why = _WHY_POOL if is_pool else _WHY
            tests = [test for test, _ in told]
            yield self.finding(title, why, first.source, tests, Location("", "", what))


def _driver(pool: object) -> str:
    """The driver of a pool of SQLAlchemy's."""
    dialect = attributes(pool).get("_dialect")
    return str(getattr(type(dialect), "driver", ""))
