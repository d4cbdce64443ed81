"""What an application does when it starts: its lifespan and its handlers, found without running any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import label

_DEEPEST = 20
HANDLERS = ("on_startup", "on_shutdown")
"""What routers call the lists of their handlers."""
_DEFAULT, _MERGED = "_DefaultLifespan", "merged_lifespan"


def application_in(app: object) -> object | None:
    """The application that has routes, be it wrapped in middleware; None if none is found."""
    for _ in range(_DEEPEST):
        values = attributes(app)
        if "router" in values:
            return app
        if "app" not in values:
            return None
        app = values["app"]
    return None


def router_of(app: object) -> Any:
    """The router of an application; None if it has none."""
    return attributes(app).get("router")


def starting(router: object) -> tuple[str, ...]:
    """The names of what shall run when the application of `router` starts: its lifespans, and the handlers of those
    of its routers that have none."""
    found: list[str] = []
    for each in _lifespans(router):
        if type(each).__name__ == _DEFAULT:
            found += map(label, handlers(attributes(each).get("_router")))
        else:
            found.append(label(_inner(each)))
    return tuple(dict.fromkeys(found))


def handlers(router: object) -> tuple[object, ...]:
    """The handlers of `router` for its start and its end."""
    values = attributes(router)
    return tuple(each for name in HANDLERS for each in values.get(name) or ())


def idle(router: object) -> tuple[object, ...]:
    """The handlers of `router` that nobody calls, as it has a lifespan instead."""
    run = {identity(each) for lifespan in _lifespans(router) for each in _run_by(lifespan)}
    return tuple(each for each in handlers(router) if identity(each) not in run)


def own_lifespan(router: object) -> str:
    """The name of the lifespan that `router` has instead of handlers; "" if it has none."""
    names = (label(_inner(each)) for each in _lifespans(router) if type(each).__name__ != _DEFAULT)
    return next(names, "")


def _run_by(lifespan: object) -> tuple[object, ...]:
    return handlers(attributes(lifespan).get("_router")) if type(lifespan).__name__ == _DEFAULT else ()


def _lifespans(router: object) -> Iterator[object]:
    """The lifespan of `router`, taken apart where FastAPI has merged it with those of included routers."""
    waiting, left = [attributes(router).get("lifespan_context")], 1_000
    while waiting and left:
        each, left = waiting.pop(0), left - 1
        parts = _parts(each)
        if parts:
            waiting.extend(parts)
        elif each is not None:
            yield each


def _parts(lifespan: object) -> tuple[Any, ...]:
    code = getattr(_inner(lifespan), "__code__", None)
    if getattr(code, "co_name", "") != _MERGED:
        return ()
    return tuple(cell.cell_contents for cell in getattr(_inner(lifespan), "__closure__", None) or ())


def _inner(lifespan: object) -> object:
    """The function that a decorator such as `asynccontextmanager` has wrapped."""
    return attributes(lifespan).get("__wrapped__", lifespan)
