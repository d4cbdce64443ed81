"""`app.dependency_overrides` of FastAPI applications: the mapping itself and the mapping being replaced."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Mapping
from sys import _getframe
from types import FrameType, ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, KindOfState, Ledger, Tracking
from leakcheck.probes.tracking.tracked_dict import TrackedDict, tracked
from leakcheck.probes.tracking.watched_attribute import watch_attribute
from leakcheck.records import WHOLE
from leakcheck.snapshots.type_names import label

_NAME = "dependency_overrides"


class Probe(KindOfState):
    """Owner: an application. Key: the overridden dependency as `module:qualname`."""

    kind = "dependency_overrides"
    tracking: Tracking = "tracked"
    about = About(
        form="dependency_overrides[$key]$path of $owner",
        whole="all dependency_overrides of $owner",
        advice=(
            "Set the override in a fixture and take it away after the yield: "
            "`app.dependency_overrides[dep] = fake; yield; app.dependency_overrides.pop(dep, None)`."
        ),
        replaced_advice=(
            "An override stood there before: keep all of them in a fixture and put them back after the yield: "
            "`before = dict(app.dependency_overrides); yield; app.dependency_overrides.clear(); "
            "app.dependency_overrides.update(before)`. `clear()` and `pop()` take away what others have set."
        ),
        replaced_example=(
            "import pytest\n\n$import_owner\n\n\n"
            "@pytest.fixture(autouse=True)  # beside the test that changes them, or in conftest.py\n"
            "def overrides_put_back():\n"
            "    before = dict($owner_name.dependency_overrides)\n"
            "    yield\n"
            "    $owner_name.dependency_overrides.clear()\n"
            "    $owner_name.dependency_overrides.update(before)\n"
        ),
        example=(
            "import pytest\n\n$import_key\n$import_owner\n\n\n"
            "@pytest.fixture\ndef $fixture():\n"
            "    $owner_name.dependency_overrides[$key_name] = lambda: ...\n"
            "    yield\n"
            "    $owner_name.dependency_overrides.pop($key_name, None)\n"
        ),
    )
    in_place = False

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        return {"fastapi.applications": self._patch}

    def __init__(self) -> None:
        # A removed override can only be put back under the very callable that it stood under.
        self._dependencies: weakref.WeakValueDictionary[str, Any] = weakref.WeakValueDictionary()

    def state(self, owner: Any) -> Mapping[str, object]:
        found: dict[str, object] = {}
        for dependency, value in dict.items(_overrides(owner)):
            name = label(dependency)
            found[name] = value
            with contextlib.suppress(TypeError):
                self._dependencies[name] = dependency
        return found

    def show(self, owner: Any, key: str, value: object) -> str | None:
        return None

    def restore(self, owner: Any, key: str, saved: object) -> None:
        overrides = _overrides(owner)
        if saved is not MISSING and owner.__dict__.get(_NAME) is not overrides:
            owner.__dict__[_NAME] = overrides  # somebody has put None in its place
        present = (each for each in dict.keys(overrides) if label(each) == key)
        dependency = next(present, None) or self._dependencies.get(key)
        if dependency is not None and saved is MISSING:
            dict.pop(overrides, dependency, None)
        elif dependency is not None:
            dict.__setitem__(overrides, dependency, saved)

    def _patch(self, module: ModuleType, ledger: Ledger) -> None:
        asked = self._asked(ledger)

        def on_set(app: Any, value: Any, first: bool) -> Any:
            if not first:
                return value
            ledger.born(self, app)
            return self._tracked(app, value, ledger) if type(value) is dict and not value else value

        def on_get(app: Any, value: Any) -> None:
            # The caller of the descriptor's caller: who wrote `app.dependency_overrides`.
            caller = _getframe(2)
            if type(value) is not TrackedDict:
                ledger.touched(self, app)
            key = _looked_up(caller) if asked(app) else None
            if key is not None:
                ledger.read(self, app, key)

        watch_attribute(
            module.FastAPI,
            _NAME,
            on_set=on_set,
            on_get=on_get,
            after_set=lambda app: ledger.written(self, app),
        )

    def _asked(self, ledger: Ledger) -> Callable[[Any], bool]:
        """Whether anybody wants to know who reads the overrides of an application, as they are: FastAPI asks twice
        a dependency, and there are seldom any."""
        if ledger.asks_for_reads(self.kind, absent=True):
            return lambda app: True
        asked = ledger.asks_for_reads(self.kind)
        return lambda app: asked and dict.__len__(_overrides(app)) > 0

    def _tracked(self, app: Any, value: dict[Any, Any], ledger: Ledger) -> TrackedDict:
        owner, asked = weakref.ref(app), self._asked(ledger)

        def on_read(key: object) -> None:
            target = owner()
            # FastAPI asks for the truth of the mapping once a dependency; `on_get` has told which one.
            if target is not None and not _is_resolving(_getframe(2)) and asked(target):
                ledger.read(self, target, WHOLE if key is TrackedDict.ALL else label(key))

        def on_write(key: object) -> None:
            target = owner()
            if target is not None:
                ledger.written(self, target, None if key is TrackedDict.ALL else label(key))

        return tracked(value, on_read, on_write)


def _looked_up(frame: FrameType) -> str | None:
    """Which dependency FastAPI is resolving in `frame`; None when it is not FastAPI that looks."""
    if not _is_resolving(frame):
        return None
    dependant = frame.f_locals.get("sub_dependant")
    return label(getattr(dependant, "call", None)) if dependant is not None else WHOLE


def _is_resolving(frame: FrameType) -> bool:
    return frame.f_code.co_name == "solve_dependencies"


def _overrides(app: Any) -> dict[Any, Any]:
    value = app.__dict__.get(_NAME)
    return value if issubclass(type(value), dict) else {}
