"""LK506: `on_event` handlers on an application that has a lifespan: nobody calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.lifespans import HANDLERS, idle, own_lifespan
from leakcheck.hazards.patching import ByIdentity, look_before
from leakcheck.records import Finding, Location, Sighting, Source
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import label

_ADDS = "add_event_handler"


class Hazard(Contract):
    """Key: the handler. Names: the lifespan that keeps it from running."""

    code = "LK506"
    name = "HandlersThatNeverRun"
    short = "Event handlers that a lifespan keeps from running"
    help = (
        "An application or router has handlers of `on_event` (or `on_startup=[...]`), and a lifespan too: with a "
        "lifespan, nobody calls the handlers, in production neither. `on_event` is deprecated besides."
    )
    fix = "Move what the handlers do into the lifespan: before its `yield` for the start, behind it for the end."

    def __init__(self) -> None:
        self._routers: ByIdentity[dict[int, tuple[str, Source]]] = ByIdentity(dict)
        self._new = False

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {
            "starlette.routing": partial(self._patch, "Router"),
            "fastapi.routing": partial(self._patch, "APIRouter"),
        }

    def _patch(self, cls: str, module: ModuleType, scene: Scene) -> None:
        def made(router: object, *_: object, **given: Any) -> None:
            for name in HANDLERS:  # FastAPI hands those that it is given on to its router
                for func in given.get(name) or ():
                    self._added(router, func, scene)

        look_before(getattr(module, cls), "__init__", made)
        look_before(getattr(module, cls), _ADDS, lambda router, _, func: self._added(router, func, scene))

    def _added(self, router: object, func: object, scene: Scene) -> None:
        source = scene.source()
        if source is not None:
            self._routers.of(router)[identity(func)] = label(func), source
            self._new = True

    def rest(self, scene: Scene, *, over: bool) -> None:
        """Each is looked at once, when it was made: later a test may have put something in the lifespan's place."""
        if not self._new:
            return
        self._new = False
        for router, added in self._routers.living():
            for place in map(identity, idle(router)):
                if place in added:
                    name, source = added[place]
                    app = attributes(router).get("dependency_overrides_provider")
                    owner = "" if app is None else scene.name(app)
                    scene.tell(Sighting(self.code, "idle", owner, name, source, (own_lifespan(router),)))
            added.clear()

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            assert first.source is not None
            owner = first.owner or "Its application"
            why = f"{owner} has the lifespan {', '.join(first.names)}, and then nobody calls handlers."
            place = Location("", first.owner, first.key)
            title = f"The handler {first.key} never runs"
            yield self.finding(title, why, first.source, [test for test, _ in told], place)
