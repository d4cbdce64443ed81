"""LK502: `TestClient` used without `with` on an application that has something to do when it starts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain
from types import ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.lifespans import HANDLERS, application_in, router_of, starting
from leakcheck.hazards.patching import ByIdentity, look_after
from leakcheck.records import Finding, Location, Sighting
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.stand_ins import stands_in_for

_MOST = 3
_FAILED = 500


class Hazard(Contract):
    """Names are those of the lifespan or the handlers that never ran."""

    code = "LK502"
    name = "ClientWithoutLifespan"
    short = "A TestClient whose application never started"
    help = (
        "A `TestClient` sends requests to an application that has a lifespan or startup handlers, and is not used "
        "in a `with` block: nothing of them runs. What they would make is missing, or another test has left it."
    )
    fix = (
        "Open it: `with TestClient(app) as client: yield client` in a fixture. Where the start must not run in "
        "tests, build the application without it, by a factory."
    )

    def __init__(self) -> None:
        self._running: ByIdentity[list[int]] = ByIdentity(lambda: [0])
        self._names: ByIdentity[tuple[tuple[int, int], tuple[str, ...]] | None] = ByIdentity(lambda: None)
        self._told: ByIdentity[list[None]] = ByIdentity(list)

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {"starlette.testclient": self._patch_client, "starlette.routing": self._patch_router}

    def _patch_router(self, module: ModuleType, scene: Scene) -> None:
        lifespan = module.Router.lifespan

        @stands_in_for(lifespan)
        async def counted(router: Any, *args: Any, **kwargs: Any) -> Any:
            number = self._running.of(router)
            number[0] += 1
            try:
                return await lifespan(router, *args, **kwargs)
            finally:
                number[0] -= 1

        module.Router.lifespan = counted

    def _patch_client(self, module: ModuleType, scene: Scene) -> None:
        def answered(response: Any, carrier: Any, *_: object) -> None:
            if response.status_code < _FAILED:  # where a request fails for want of a start, the mistake shows
                self._look(carrier, scene)

        look_after(module._TestClientTransport, "handle_request", answered)

    def _look(self, carrier: Any, scene: Scene) -> None:
        values = attributes(carrier)
        app = application_in(values.get("app"))
        router = router_of(app)
        names = () if router is None else self._starting(router)
        if not names or (self._running.get(router) or [0])[0]:
            return
        client = getattr(values.get("portal_factory"), "__self__", None)
        if client is None or getattr(client, "portal", None) is not None or self._told.get(client):
            return
        self._told.of(client).append(None)
        source = scene.made_at(client) or scene.source()
        if source is not None:
            scene.tell(Sighting(self.code, "asked", scene.name(app), "", source, names[:_MOST]))

    def _starting(self, router: object) -> tuple[str, ...]:
        """What shall run at its start: most applications are asked by every request, and stay as they are."""
        values = attributes(router)
        added = sum(len(values.get(name) or ()) for name in HANDLERS)
        now = identity(values.get("lifespan_context")), added
        known = self._names.get(router)
        if known is None or known[0] != now:
            known = now, starting(router)
            self._names.know(router, known)
        return known[1]

    def rest(self, scene: Scene, *, over: bool) -> None:
        if over and self._told:
            for _, told in self._told.living():
                told.clear()  # the next test is told of, too

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            first = told[0][1]
            assert first.source is not None
            own = (each.names for _, each in told if each.owner == first.owner)
            names = tuple(dict.fromkeys(chain.from_iterable(own)))[:_MOST]
            title = (
                f"TestClient without `with`: {_all({each.owner for _, each in told}, first.owner)} never started"
            )
            why = f"Requests reach the application although {' and '.join(names)} did not run."
            place = Location("", first.owner, "")
            yield self.finding(title, why, first.source, [test for test, _ in told], place)


def _all(owners: Collection[str], first: str) -> str:
    """The applications that one line makes clients for."""
    others = len(owners) - 1
    return f"{first} and {others} more" if others else first
