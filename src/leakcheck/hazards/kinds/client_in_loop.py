"""LK503: a synchronous `TestClient` called inside a running event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.loops import running_loop
from leakcheck.hazards.patching import look_before
from leakcheck.records import Finding, Location, Sighting


class Hazard(Contract):
    """The line is that of the call."""

    code = "LK503"
    name = "ClientInsideLoop"
    short = "A synchronous TestClient inside a running event loop"
    help = (
        "An async test, fixture or endpoint calls a synchronous `TestClient`. The call blocks its event loop while "
        "the application runs in another loop, in a thread of its own: tasks of the test stand still meanwhile, "
        "what is bound to its loop (locks, pools, async sessions) belongs to the wrong one, and waiting for each "
        "other never ends."
    )
    fix = (
        "In async tests use `httpx.AsyncClient(transport=ASGITransport(app=app), base_url=...)`, which awaits the "
        "application in the loop of the test; or let the test be a plain `def`."
    )

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {"starlette.testclient": self._patch}

    def _patch(self, module: ModuleType, scene: Scene) -> None:
        def look(*_: object) -> None:
            source = scene.source() if running_loop() is not None else None
            if source is not None:
                scene.tell(Sighting(self.code, "called", "", "", source))

        look_before(module._TestClientTransport, "handle_request", look)

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            source = told[0][1].source
            assert source is not None
            tests = [test for test, _ in told]
            title = "A synchronous TestClient is called inside a running event loop"
            why = "It blocks the loop, and the application runs in another one, in a thread."
            yield self.finding(title, why, source, tests, Location("", source.function, ""))
