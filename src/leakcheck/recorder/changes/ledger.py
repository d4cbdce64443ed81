"""The book of owners, reads and writes: what changed, through whom, and what outlived its cause.

A write is charged to the innermost cause at that moment. When the lifetime of a cause ends, every location that it
wrote is compared with what it was before the first of these writes: what differs has outlived what made it.
"""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from types import FrameType, ModuleType

from leakcheck.probes import MISSING, KindOfState, Probes
from leakcheck.recorder.changes.accounts import Account, Lifetime, Place, Saved, Spot, copied
from leakcheck.recorder.changes.causes import Cause, Causes
from leakcheck.recorder.changes.doctests import Doctests
from leakcheck.recorder.changes.line_watch import LineWatch
from leakcheck.recorder.changes.owner_names import Birth, owner_name, relative
from leakcheck.recorder.changes.pictures import Pictures, is_plain
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.records import Change, Location, PathChange, Source
from leakcheck.snapshots.frames import ModuleBodies, executing_modules, innermost, is_project_file
from leakcheck.snapshots.snapshot import ABSENT, Snapshot, differences, same
from leakcheck.snapshots.values import Snapshotter

_CHEAP = 48
_MAX_SOURCES = 5


class StateLedger:
    """Keeps the ledger that probes write to."""

    def __init__(
        self, camera: Snapshotter, probes: Probes, causes: Causes, root: str, *, full: bool = False
    ) -> None:
        self.full = full
        self._camera = camera
        self.probes = probes
        self._causes = causes
        self._root = root
        self._places: dict[tuple[str, int], Place] = {}
        self._accounts: dict[Lifetime, Account] = {}
        self._reads: dict[Spot, None] = {}
        self._test: Lifetime | None = None
        self._lines = LineWatch()
        self._pictures = Pictures(camera)
        self._newborn: list[Place] = []
        self.doctests = Doctests()
        self.bodies = ModuleBodies()

    # What probes tell ------------------------------------------------------------------------------------------

    def born(self, probe: KindOfState, owner: object) -> None:
        key = (probe.kind, id(owner))
        places = self._places

        def gone(ref: weakref.ref[object]) -> None:
            if key in places and places[key].ref is ref:
                del places[key]

        frame = innermost(sys._getframe(1))
        file, line = (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)
        birth = Birth(self._causes.current, file, line, self.bodies.around(frame))
        places[key] = place = Place(probe, weakref.ref(owner, gone), birth)
        if self._own(place):
            self._newborn.append(place)

    def read(self, probe: KindOfState, owner: object, key: str) -> None:
        if self._test is None:
            return
        place = self._places.get((probe.kind, id(owner)))
        if place is None or self._own(place) or (place, key) in self._reads:
            return
        if not any((place, key) in account.before for account in self._accounts.values()):
            self._reads[place, key] = None

    def written(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        place = self._places.get((probe.kind, id(owner)))
        if place is not None and not self._own(place):
            self._compare(place, None if key is None else (key,), self._causes.current)

    def touched(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        place = self._places.get((probe.kind, id(owner)))
        if place is None or self._own(place):
            return
        if key is not None and is_plain(probe.state(owner).get(key)):
            return
        # What changed in place until now was changed by whoever got hold of it before.
        keys = [each for each in ((*place.known,) if key is None else (key,)) if self._affordable(place, each)]
        self._compare(place, keys, self._causes.current, untracked=True)
        frame = innermost(sys._getframe(1))
        if frame is None:
            return
        source = self._source_of(frame, frame.f_lineno)
        place.touched[key] = (self._causes.current, source)
        if self.full:
            self._follow(frame, place, key)

    def _follow(self, frame: FrameType, place: Place, key: str | None) -> None:
        """Watch the value after each line of the function that got hold of it."""
        cause = self._causes.current

        def after_line(line: int) -> None:
            keys = (*place.known,) if key is None else (key,)
            self._compare(place, keys, cause, lambda: self._source_of(frame, line))

        self._lines.follow(frame, after_line)

    # What the recorder asks ------------------------------------------------------------------------------------

    @property
    def camera(self) -> Snapshotter:
        return self._camera

    def look(self) -> DeepLook:
        """A look at what the project's own modules hold, and at the settings of the process."""
        return DeepLook.at_project(self._camera, self.probes)

    def source_at(self, file: str, line: int, function: str) -> Source:
        """A line of the project, and what pytest is doing right now."""
        cause = self._causes.current
        file, line = self.doctests.place(file, line)
        return Source(relative(file, self._root), line, function, cause.phase, cause.fixture, cause.scope)

    def settle_root(self, root: str) -> None:
        """The rootdir is known: paths are relative to it from now on."""
        self._root = root

    def name_all(self) -> None:
        """Find the names of all owners now, so that no fork has to: it means a look at every loaded module."""
        for module in list(sys.modules.values()):
            if type(module) is ModuleType:
                is_project_file(vars(module).get("__file__") or "")
        for place in list(self._places.values()):
            if place.ref() is not None:
                self._name(place)

    def begin_test(self, lifetime: Lifetime) -> None:
        self._test = lifetime
        self._reads.clear()
        self._newborn.clear()
        self.bodies.settle()

    def end_test(self) -> tuple[Location, ...]:
        """The locations that the test consulted before writing them."""
        self._test = None
        self._lines.stop()
        reads = {self._location(place, key) for place, key in self._reads if place.ref() is not None}
        return tuple(sorted(reads))

    def check(self) -> None:
        """Find what changed without a tracked write. Outside full mode, only where it is cheap or was touched."""
        for place in list(self._places.values()):
            owner = place.ref()
            if owner is not None and (self.full or place.touched or place.probe.in_place) and not self._own(place):
                with contextlib.suppress(Exception):  # a test may have broken anything: the next look will see it
                    self._check(place, owner)

    def check_all(self, lifetime: Lifetime) -> tuple[Change, ...]:
        """What a full look finds that `lifetime`, whose cause is at work, has left."""
        was, self.full = self.full, True
        self.check()
        self.full = was
        return self.close(lifetime)

    def settle_newborn(self) -> None:
        """The test is over that has made these owners: from now on, what others write to them counts."""
        for place in self._newborn:
            owner = place.ref()
            if owner is not None:
                place.seen.clear()
                state = place.probe.state(owner)
                place.known = {key: self._pictures.take(place, owner, key, state) for key in state}

    def close(self, lifetime: Lifetime, reach: str = "suite") -> tuple[Change, ...]:
        """The lifetime is over: what it wrote and did not undo."""
        account = self._accounts.pop(lifetime, None)
        if account is None:
            return ()
        changes = (self._change(account, spot, lifetime, reach) for spot in account.before)
        return tuple(change for change in changes if change is not None)

    def keeps(self, location: Location) -> bool:
        """Whether owners of this kind are watched, so that their values can be saved."""
        return any(probe.kind == location.kind for probe in self.probes.owned)

    def save(self, locations: Iterable[Location]) -> list[Saved]:
        """Keep the present values of `locations`, so that they can be put back later."""
        wanted = {(each.kind, each.owner): set[str]() for each in locations}
        for each in locations:
            wanted[each.kind, each.owner].add(each.key)
        saved: list[Saved] = []
        for place in list(self._places.values()):
            owner = place.ref()
            keys = wanted.get((place.probe.kind, self._name(place))) if owner is not None else None
            if keys:
                state = place.probe.state(owner)
                saved += [self._saved(place, owner, key, state) for key in keys]
        return saved

    def put_back(self, saved: Iterable[Saved]) -> frozenset[Location]:
        """Put values back; returns the locations that have their old value now."""
        done = set()
        for each in saved:
            owner = each.place.ref()
            if owner is None:
                continue
            try:
                each.place.probe.restore(owner, each.key, each.value)
            except Exception:  # the project's own objects may refuse in any way; then it is not put back
                continue
            self._compare(each.place, (each.key,), self._causes.current, untracked=True)
            if same(each.photograph, each.place.known.get(each.key, ABSENT)):
                done.add(self._location(each.place, each.key))
        return frozenset(done)

    def _saved(self, place: Place, owner: object, key: str, state: Mapping[str, object]) -> Saved:
        photograph = self._pictures.take(place, owner, key, state) if key in state else ABSENT
        return Saved(place, key, copied(state.get(key, MISSING)), photograph)

    # How it is done --------------------------------------------------------------------------------------------

    def _check(self, place: Place, owner: object) -> None:
        state = place.probe.state(owner)
        keys = {*state, *place.known}
        if None not in place.touched:
            keys = {key for key in keys if self._affordable(place, key) or key in place.touched}
        self._compare(place, keys, self._causes.current, untracked=True)
        place.touched.clear()

    def _affordable(self, place: Place, key: str) -> bool:
        known = place.known.get(key)
        return self.full or known is None or known.size <= _CHEAP

    def _own(self, place: Place) -> bool:
        """Whether the running test made this owner itself: what it does with it is nobody else's concern."""
        return place.birth.cause.lifetime == self._test

    def _compare(
        self,
        place: Place,
        keys: Iterable[str] | None,
        cause: Cause,
        source: Callable[[], Source | None] | None = None,
        *,
        untracked: bool = False,
    ) -> None:
        """Charge what differs under `keys` to `cause`, or, if it was not seen to be written, to who touched it."""
        owner = place.ref()
        if owner is None:
            return
        state = place.probe.state(owner)
        for key in (*state, *(each for each in place.known if each not in state)) if keys is None else tuple(keys):
            value = state.get(key, MISSING)
            if self._pictures.is_unchanged(place, key, value):
                continue
            before = place.known.get(key, ABSENT)
            after = self._pictures.take(place, owner, key, state)
            if not same(before, after):
                place.known[key] = after
                found = None if untracked else self._source() if source is None else source()
                self._note(place, key, before, cause, found)
            if after is ABSENT:
                place.known.pop(key, None)

    def _note(self, place: Place, key: str, before: Snapshot, cause: Cause, source: Source | None) -> None:
        if source is None:
            cause, source = place.touched.get(key) or place.touched.get(None) or (cause, None)
        if self._is_first_value(place, cause):
            return
        account = self._accounts.setdefault(cause.lifetime, Account())
        spot = (place, key)
        account.before.setdefault(spot, before)
        if cause.kind == "import" and executing_modules(sys._getframe(1))[:1] != [cause.file]:
            account.stray.add(spot)
        sources = account.sources.setdefault(spot, [])
        if source is not None and source not in sources and len(sources) < _MAX_SOURCES:
            sources.append(source)

    @staticmethod
    def _is_first_value(place: Place, cause: Cause) -> bool:
        """Whether this write belongs to the making of the owner, or of the project before any test."""
        if cause.kind == "import":
            return bool(place.birth.modules) and place.birth.modules[0] in executing_modules(sys._getframe(1))
        return cause.kind == "start" or cause.lifetime == place.birth.cause.lifetime

    def _source(self) -> Source | None:
        frame = innermost(sys._getframe(2))
        return None if frame is None else self._source_of(frame, frame.f_lineno)

    def _source_of(self, frame: FrameType, line: int) -> Source:
        return self.source_at(frame.f_code.co_filename, line, frame.f_code.co_name)

    def _change(self, account: Account, spot: Spot, lifetime: Lifetime, reach: str) -> Change | None:
        place, key = spot
        before, after = account.before[spot], place.known.get(key, ABSENT)
        if place.ref() is None or same(before, after):
            return None
        rows = differences(before, after)
        paths = tuple(PathChange(path, old, new) for path, old, new, _ in rows if path)
        born_in = place.birth.cause
        return Change(
            location=self._location(place, key),
            before=before.text,
            after=after.text,
            digest=after.digest(),
            before_digest=before.digest(),
            paths=paths,
            sources=tuple(account.sources.get(spot, ())),
            lifetime=str(lifetime[0]),
            reach=born_in.scope or "suite" if born_in.kind == "fixture" else reach,
            internal=(bool(rows) and all(row[3] for row in rows)) or spot in account.stray,
        )

    def _location(self, place: Place, key: str) -> Location:
        return Location(place.probe.kind, self._name(place), key)

    def _name(self, place: Place) -> str:
        if place.name is None:
            owner = place.ref()
            place.name = place.probe.name(owner) or owner_name(owner, place.birth, self._root)
        return place.name
