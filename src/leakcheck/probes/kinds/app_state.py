"""`app.state` of Starlette and FastAPI applications: attributes set, deleted, or changed in place."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, KindOfState, Ledger, Tracking
from leakcheck.probes.tracking.tracked_dict import TrackedDict, tracked
from leakcheck.probes.tracking.watched_attribute import watch_attribute
from leakcheck.records import WHOLE


class Probe(KindOfState):
    """Owner: an application. Key: an attribute of its `state`."""

    kind = "app_state"
    tracking: Tracking = "tracked"
    about = About(
        form="app.state$attribute$path of $owner",
        whole="all of app.state of $owner",
        advice=(
            "Build a fresh app per test with a factory (`create_app()`), or keep the old value in a fixture and "
            "put it back after the yield. (`monkeypatch.setattr(app.state, ...)` deletes the attribute instead.)"
        ),
        example=(
            "# $owner_module: all state is made here, once for each app\n"
            "def create_app():\n    app = FastAPI()\n    app.state.$name = ...\n    return app\n\n\n"
            "# conftest.py: no test meets the app of another\n"
            "@pytest.fixture\ndef app():\n    return create_app()\n\n\n"
            "@pytest.fixture\ndef client(app):\n    with TestClient(app) as client:\n        yield client\n"
        ),
    )
    in_place = True

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        return {"starlette.applications": self._patch}

    def state(self, owner: Any) -> Mapping[str, object]:
        values = _values(owner)
        return {key: value for key, value in dict.items(values) if type(key) is str}

    def show(self, owner: Any, key: str, value: object) -> str | None:
        return None

    def restore(self, owner: Any, key: str, saved: object) -> None:
        values = _values(owner)
        if saved is MISSING:
            dict.pop(values, key, None)
        else:
            dict.__setitem__(values, key, saved)

    def _patch(self, module: ModuleType, ledger: Ledger) -> None:
        def on_set(app: Any, state: Any, first: bool) -> Any:
            if first:
                ledger.born(self, app)
            self._track(app, state, ledger)
            return state

        watch_attribute(module.Starlette, "state", on_set=on_set, after_set=lambda app: ledger.written(self, app))

    def _track(self, app: Any, state: Any, ledger: Ledger) -> None:
        """Watch the one dict that a `State` keeps its values in, while it is nobody else's."""
        try:
            content = object.__getattribute__(state, "_state")
        except AttributeError:
            return
        if type(content) is not dict or content:
            return
        owner = weakref.ref(app)

        def on_read(key: object) -> None:
            name = WHOLE if key is TrackedDict.ALL else key
            target = owner()
            if target is not None and type(name) is str:
                ledger.read(self, target, name)
                ledger.touched(self, target, None if name == WHOLE else name)

        def on_write(key: object) -> None:
            target = owner()
            if target is not None:
                ledger.written(self, target, key if type(key) is str else None)

        object.__setattr__(state, "_state", tracked(content, on_read, on_write))


def _values(app: Any) -> dict[Any, Any]:
    state = app.__dict__.get("state")
    try:
        values = object.__getattribute__(state, "_state")
    except AttributeError:
        return {}
    return values if issubclass(type(values), dict) else {}
