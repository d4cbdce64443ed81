"""The ledger that observers of hazards hear of, and the scene that they ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from functools import partial
from sys import _getframe
from types import FrameType
from typing import Any

from leakcheck.hazards import Hazard
from leakcheck.probes import KindOfState, Probes
from leakcheck.recorder.changes.accounts import Lifetime, Place
from leakcheck.recorder.changes.causes import Cause, Causes
from leakcheck.recorder.changes.import_patches import Patch
from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.records import Sighting, Source
from leakcheck.snapshots.frames import innermost_of_all
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.type_names import describe
from leakcheck.snapshots.values import Snapshotter

_BODY = "<module>"
_NAMED = ("dependency_overrides", "app_state", "client_cookies")
"""Kinds whose owners are applications and clients."""


class ObservedLedger(StateLedger):
    """Tells observers of what probes tell it, and collects what they see. Nothing that they do is ever felt."""

    def __init__(
        self, camera: Snapshotter, probes: Probes, causes: Causes, root: str, hazards: Iterable[Hazard]
    ) -> None:
        super().__init__(camera, probes, causes, root)
        self._hazards = tuple(hazards)
        heard = {kind for each in self._hazards for kind in each.hears}
        self._heard = {kind: tuple(each for each in self._hazards if kind in each.hears) for kind in heard}
        self._reading = {
            kind: tuple(each for each in found if type(each).read is not Hazard.read)
            for kind, found in self._heard.items()
        }
        self._failing = tuple(each for each in self._hazards if type(each).failed is not Hazard.failed)
        self._resting = tuple(each for each in self._hazards if type(each).rest is not Hazard.rest)
        self._seen: dict[Sighting, None] = {}
        self.running = ""
        """The id of the test that runs."""

    def patches(self) -> Mapping[str, list[Patch]]:
        """What observers do with modules."""
        found: dict[str, list[Patch]] = {}
        for each in self._hazards:
            for module, patch in each.patches().items():
                found.setdefault(module, []).append(partial(self._apply, patch))
        return found

    @property
    def heard_reads(self) -> frozenset[str]:
        """Kinds of state whose reads some observer wants to hear of."""
        return frozenset(kind for kind, found in self._reading.items() if found)

    def _apply(self, patch: Any, module: Any) -> None:
        with contextlib.suppress(AttributeError, TypeError):  # a version that lacks what the observer looks at
            patch(module, self)

    def read(self, probe: KindOfState, owner: object, key: str) -> None:
        super().read(probe, owner, key)
        for each in self._reading.get(probe.kind, ()):
            try:
                each.read(probe.kind, owner, key, self)
            except Exception:  # as below; libraries read thousands of variables, so it is cheap
                continue

    def written(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        super().written(probe, owner, key)
        for each in self._heard.get(probe.kind, ()):
            with contextlib.suppress(Exception):  # a test may have broken anything: then it is not seen
                each.written(probe.kind, owner, key, self)

    def begin_test(self, lifetime: Lifetime) -> None:
        self._seen.clear()  # a test that ran again, unrecorded, may have been seen
        super().begin_test(lifetime)

    def handed(self, definition: Any, cause: Cause) -> None:
        """A fixture that several tests share was set up."""
        code = getattr(definition.func, "__code__", None)
        if code is not None:
            source = Source(
                relative(code.co_filename, self._root),
                code.co_firstlineno,
                code.co_name,
                "setup",
                cause.fixture,
                cause.scope,
            )
            for each in self._hazards:
                with contextlib.suppress(Exception):
                    each.handed(definition, source, self)

    def rest(self, *, over: bool = False) -> None:
        """The call of a test is at its end; or it is over, or all files are imported."""
        for each in self._resting:
            try:
                each.rest(self, over=over)
            except Exception:  # a test may have broken anything; this is asked for twice a test, so it is cheap
                continue

    def failed(self, error: BaseException) -> None:
        """A phase of the running test has ended with `error`."""
        for each in self._failing:
            with contextlib.suppress(Exception):
                each.failed(error, self)

    def sightings(self) -> tuple[Sighting, ...]:
        """What was seen since this was asked last."""
        self.rest(over=True)
        found = tuple(self._seen)
        self._seen.clear()
        return found

    # What observers ask ----------------------------------------------------------------------------------------

    def tell(self, sighting: Sighting) -> None:
        self._seen[sighting] = None

    def test(self) -> str:
        return self.running

    def source(self) -> Source | None:
        frame = innermost_of_all()
        return None if frame is None else self._source_of(frame, frame.f_lineno)

    def place(self, file: str, line: int, function: str) -> Source:
        return self.source_at(file, line, function)

    def is_shared(self) -> bool:
        return self._causes.current.kind == "fixture"

    def importing(self) -> Source | None:
        frame: FrameType | None = _getframe(1)
        for file in self.bodies.around(frame)[:1]:
            while frame is not None and not (frame.f_code.co_filename == file and frame.f_code.co_name == _BODY):
                frame = frame.f_back
            return None if frame is None else self._source_of(frame, frame.f_lineno)
        return None

    def made_at(self, owner: object) -> Source | None:
        place = self._place(owner)
        if place is None or not place.birth.file:
            return None
        birth = place.birth
        file, line = self.doctests.place(birth.file, birth.line)
        cause = birth.cause
        return Source(relative(file, self._root), line, "", cause.phase, cause.fixture, cause.scope)

    def made_during(self, owner: object) -> str:
        place = self._place(owner)
        return "" if place is None else relative(next(iter(place.birth.modules), ""), self._root)

    def name(self, owner: object) -> str:
        place = self._place(owner)
        return describe(owner) if place is None else self._name(place)

    def _place(self, owner: object) -> Place | None:
        found = (self._places.get((kind, identity(owner))) for kind in _NAMED)
        return next((each for each in found if each is not None and each.ref() is owner), None)
