"""The book of owners, reads and writes: what changed, through whom, and what outlived its cause.

A write is charged to the innermost cause at that moment. When the lifetime of a cause ends, every location that it
wrote is compared with what it was before the first of these writes: what differs has outlived what made it.
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Container, Iterable
from sys import _getframe
from types import FrameType

from leakcheck.probes import MISSING, KindOfState, Probes
from leakcheck.recorder.changes.accounts import Account, Lifetime, Place, Spot, change_at, narrowest
from leakcheck.recorder.changes.causes import START, Cause, Causes
from leakcheck.recorder.changes.doctests import Doctests
from leakcheck.recorder.changes.kept_values import KeptValues
from leakcheck.recorder.changes.line_watch import LineWatch
from leakcheck.recorder.changes.owner_names import born_at, owner_name, relative
from leakcheck.recorder.changes.pictures import Pictures, is_plain
from leakcheck.recorder.changes.reads import Reads
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.records import Change, Location, Renewed, Source
from leakcheck.snapshots.frames import ModuleBodies, executing_modules, innermost, maker
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.snapshot import ABSENT, Snapshot, same
from leakcheck.snapshots.values import Snapshotter

_CHEAP = 48


class StateLedger:
    """Keeps the ledger that probes write to."""

    def __init__(
        self, camera: Snapshotter, probes: Probes, causes: Causes, root: str, *, full: bool = False
    ) -> None:
        self.full = full
        self.tells_again = self.imports_apart = False
        self.unread: frozenset[str] = frozenset()
        self.unread_if_absent: frozenset[str] = frozenset()
        self._camera = camera
        self.probes = probes
        self._causes = causes
        self._root = root
        self._places: dict[tuple[str, int], Place] = {}
        self._changing: dict[tuple[str, int], Place] = {}  # where a change may be untold, as for most it is not
        self._accounts: dict[Lifetime, Account] = {}
        self._reads = Reads()
        self._kept: KeptValues | None = None
        self._test: Lifetime | None = None
        self._lines = LineWatch()
        self._pictures = Pictures(camera)
        self._newborn, self._unkept = list[Place](), list[Place]()
        self.doctests = Doctests()
        self.bodies = ModuleBodies()

    # What probes tell ------------------------------------------------------------------------------------------

    def born(self, probe: KindOfState, owner: object) -> None:
        key = (probe.kind, identity(owner))
        places, changing = self._places, self._changing

        def gone(ref: weakref.ref[object]) -> None:
            if key in places and places[key].ref is ref:
                del places[key]
                changing.pop(key, None)

        frame = maker(owner)
        birth = born_at(frame, self._causes.current, self.bodies.around(frame), apart=self.imports_apart)
        places[key] = place = Place(probe, weakref.ref(owner, gone), birth)
        if probe.in_place:
            changing[key] = place
        if self._own(place):
            self._newborn.append(place)
        if self._kept is not None:
            self._unkept.append(place)

    def asks_for_reads(self, kind: str, *, absent: bool = False) -> bool:
        return kind not in (self.unread_if_absent if absent else self.unread)

    def read(self, probe: KindOfState, owner: object, key: str) -> None:
        if self._test is None:
            return
        place = self._places.get((probe.kind, identity(owner)))
        if place is None or self._own(place) or (place, key) in self._reads or self._wrote((place, key)):
            return
        self._reads.add((place, key))

    def written(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        place = self._places.get((probe.kind, identity(owner)))
        if place is not None and not self._own(place):
            self._compare(place, None if key is None else (key,), self._causes.current)

    def touched(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        place = self._places.get((probe.kind, identity(owner)))
        if place is None or self._own(place):
            return
        if key is not None and is_plain(probe.state(owner).get(key)):
            return
        # What changed in place until now was changed by whoever got hold of it before.
        keys = [each for each in ((*place.known,) if key is None else (key,)) if self._affordable(place, each)]
        self._compare(place, keys, self._causes.current, untracked=True)
        frame = innermost(_getframe(1))
        if frame is None:
            return
        source = self._source_of(frame, frame.f_lineno)
        place.touched[key] = (self._causes.current, source)
        self._changing[probe.kind, identity(owner)] = place
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
        for place in list(self._places.values()):
            if place.ref() is not None:
                self._name(place)

    def begin_test(self, lifetime: Lifetime) -> None:
        self._test = lifetime
        self._reads.clear()
        self._newborn.clear()
        self.bodies.settle()

    def let_go(self) -> None:
        """The test is over: what is consulted from now on it has not consulted."""
        self._test = None
        self._lines.stop()

    def consulted(self, kinds: Container[str] | None = None) -> tuple[Location, ...]:
        """What the last test has consulted until now, before writing it; of these `kinds`, if they are given."""
        return self._reads.locations(self._location, kinds)

    def renewed(self) -> tuple[Renewed, ...]:
        """What fixtures that several tests share have set, while they were set up in the test."""
        return self._reads.renewed(self._location)

    def set_up(self, cause: Cause) -> None:
        """The set-up of a fixture that several tests share is over: what it has set is what they find."""
        account = self._accounts.get(cause.lifetime)
        spots = [] if account is None else [spot for spot in account.before if account.differs(spot)]
        self._reads.renew(spots, cause.scope or "")
        if self._kept is not None:
            born = [place for place in self._places.values() if place.birth.cause.lifetime == cause.lifetime]
            self._kept.save(cause.lifetime, [*spots, *self._kept.spots(born)])

    def check(self) -> None:
        """Find what changed without a tracked write. Outside full mode, only where it is cheap or was touched."""
        for place in list((self._places if self.full else self._changing).values()):
            may_differ = self.full or place.touched or place.probe.in_place
            if may_differ and (owner := place.ref()) is not None and not self._own(place):
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
            if (owner := place.ref()) is not None:
                place.seen.clear()
                state = place.probe.state(owner)
                place.known = {key: self._pictures.take(place, owner, key, state) for key in state}
        self._newborn.clear()
        self.keep_new()

    def close(self, lifetime: Lifetime, reach: str = "suite") -> tuple[Change, ...]:
        """The lifetime is over: what it wrote and did not undo."""
        account = self._accounts.pop(lifetime, None)
        if self._kept is not None:
            self._kept.forget(lifetime)
        if account is None:
            return ()
        account.settle_again()
        changes = (self._change(account, spot, lifetime, reach) for spot in account.before)
        return tuple(change for change in changes if change is not None)

    def keep(self, locations: Iterable[Location] | None) -> None:
        """Keep the values of `locations`, of all that is watched if None, so that they can be put back later."""
        self._kept = KeptValues(locations, self._pictures)
        self._unkept = list(self._places.values())
        self.keep_new()

    def keep_new(self) -> None:
        """Keep those of owners that came since."""
        if self._kept is not None:
            self._kept.save_new(START.lifetime, self._unkept)
            self._unkept = []

    def put_back(self) -> frozenset[Location]:
        """Put back what is kept; returns the locations that have their old value now."""
        return frozenset() if self._kept is None else frozenset(self._kept.put_back(self._location, self._settled))

    def left_by(self, lifetime: Lifetime) -> list[Spot]:
        """Where `lifetime`, which is about to be closed, has left something."""
        account = self._accounts.get(lifetime)
        return [] if account is None else [spot for spot in account.before if account.differs(spot)]

    def undo(self, left: Iterable[Spot]) -> frozenset[Location]:
        """Put back, from what is kept, what was left there; returns what could not be."""
        with self._causes.during(START):
            return frozenset(self._location(*spot) for spot in left if not self._is_put_back(spot))

    def _is_put_back(self, spot: Spot) -> bool:
        return spot[0].ref() is None or (self._kept is not None and self._kept.put_back_spot(spot, self._settled))

    def _settled(self, spot: Spot) -> Snapshot:
        place, key = spot
        self._compare(place, (key,), self._causes.current, untracked=True)
        return place.known.get(key, ABSENT)

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
                if self.tells_again and keys is not None and not untracked and place.is_left(key):
                    self._account(cause).again.setdefault((place, key), []).append(self._source())
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
        if place.is_first_value(cause):
            if self._kept is not None and place.birth.cause.kind == "import":
                self._kept.save_first(START.lifetime, place)
            return
        account = self._account(cause)
        spot = (place, key)
        place.first.setdefault(key, before)
        account.before.setdefault(spot, before)
        if cause.kind == "import" and executing_modules(_getframe(1))[:1] != [cause.file]:
            account.stray.add(spot)
        account.wrote(spot, source, place.known.get(key, ABSENT), alone=not place.adds(key, before))

    def _account(self, cause: Cause) -> Account:
        account = self._accounts.get(cause.lifetime)
        if account is None:
            scope = cause.scope if cause.kind == "fixture" else None
            account = self._accounts[cause.lifetime] = Account(scope or "")
        return account

    def _source(self) -> Source | None:
        frame = innermost(_getframe(2))
        return None if frame is None else self._source_of(frame, frame.f_lineno)

    def _source_of(self, frame: FrameType, line: int) -> Source:
        return self.source_at(frame.f_code.co_filename, line, frame.f_code.co_name)

    def _change(self, account: Account, spot: Spot, lifetime: Lifetime, reach: str) -> Change | None:
        over = narrowest(other.scope for other in self._accounts.values() if spot in other.before)
        if spot[0].ref() is None or (spot in account.again and over):
            return None
        return change_at(account, spot, self._location(*spot), lifetime, reach, over)

    def _wrote(self, spot: Spot) -> bool:
        """Whether the running code consults what it has written itself. A fixture that several tests share consults
        on its way out what is no concern of the test that happens to be the last."""
        cause = self._causes.current
        if cause.kind == "fixture" and cause.phase == "teardown":
            return any(spot in account.before for account in self._accounts.values())
        for lifetime in (self._test, cause.lifetime):  # every read asks
            account = None if lifetime is None else self._accounts.get(lifetime)
            if account is not None and spot in account.before:
                return True
        return False

    def _location(self, place: Place, key: str) -> Location:
        return Location(place.probe.kind, self._name(place), key)

    def _name(self, place: Place) -> str:
        if place.name is None:
            owner = place.ref()
            place.name = place.probe.name(owner) or owner_name(owner, place.birth, self._root)
        return place.name
