"""Values that are kept, so that they can be put back later: as they stood before the tests, or, where a fixture
that several tests share has set another, as it has left them. It is its value that the tests behind it need."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leakcheck.probes import MISSING
from leakcheck.recorder.changes.accounts import Lifetime, Place, Spot
from leakcheck.recorder.changes.pictures import Pictures
from leakcheck.records import Location
from leakcheck.snapshots.contents import kept
from leakcheck.snapshots.snapshot import ABSENT, Snapshot, same


@dataclass(frozen=True, slots=True)
class Saved:
    """A value as it was, how to get it with all that it held, and whose value it was."""

    give_back: Callable[[], object]
    photograph: Snapshot
    lifetime: Lifetime


class KeptValues:
    """The values of `locations`, of all that is watched if these are None. An owner has its name when something is
    put back: until then those of all owners of its kind are kept. What was kept of an owner goes with it."""

    def __init__(self, locations: Iterable[Location] | None, pictures: Pictures) -> None:
        self._locations = None if locations is None else frozenset(locations)
        self._pictures = pictures
        self._keeping: set[Lifetime] = set()
        self._saved: weakref.WeakKeyDictionary[Place, dict[str, list[Saved]]] = weakref.WeakKeyDictionary()

    def save(self, lifetime: Lifetime, spots: Iterable[Spot]) -> None:
        """Keep what stands there now, for as long as `lifetime` lasts."""
        for place, key in spots:
            owner = place.ref()
            if owner is not None and self._wants(place, key):
                state = place.probe.state(owner)
                picture = self._pictures.take(place, owner, key, state)
                give_back = kept(state.get(key, MISSING), others=self._locations is not None)
                saved = Saved(give_back, picture, lifetime)
                self._keeping.add(lifetime)
                self._saved.setdefault(place, {}).setdefault(key, []).append(saved)

    def save_new(self, lifetime: Lifetime, places: Iterable[Place]) -> None:
        """Keep those of owners of which nothing was kept yet."""
        new = [place for place in places if place not in self._saved]
        for place in new:
            self._saved[place] = {}
        self.save(lifetime, self.spots(new))

    def save_first(self, lifetime: Lifetime, place: Place) -> None:
        """Keep those of an owner that is just being made, instead of what was kept of it until now."""
        self._saved[place] = {}
        self.save(lifetime, self.spots([place]))

    def spots(self, places: Iterable[Place]) -> list[Spot]:
        """What may be wanted of these owners."""
        if self._locations is None:
            owners = ((place, place.ref()) for place in places)
            return [
                (place, key) for place, owner in owners if owner is not None for key in place.probe.state(owner)
            ]
        return [(place, each.key) for place in places for each in self._locations if each.kind == place.probe.kind]

    def forget(self, lifetime: Lifetime) -> None:
        """What it had set counts no longer: that from before does."""
        if lifetime not in self._keeping:
            return
        self._keeping.discard(lifetime)
        for values in self._saved.values():
            for key, saved in values.items():
                values[key] = [each for each in saved if each.lifetime != lifetime]

    def put_back(self, name: Callable[[Place, str], Location], settle: Callable[[Spot], Snapshot]) -> set[Location]:
        """Put all of it back; returns the locations that have their old value now. `settle` is told of what may
        have another one, and looks at it."""
        wanted = self._locations or frozenset()
        found = ((place, key) for place, values in list(self._saved.items()) for key in list(values))
        named = ((spot, name(*spot)) for spot in found if spot[0].ref() is not None)
        return {location for spot, location in named if location in wanted and self.put_back_spot(spot, settle)}

    def put_back_spot(self, spot: Spot, settle: Callable[[Spot], Snapshot]) -> bool:
        """Put back what stood there; whether it stands there now. Nothing stood where nothing was kept of an owner
        that was."""
        place, key = spot
        owner, values = place.ref(), self._saved.get(place)
        if owner is None or values is None or (key in values and not values[key] and self._locations is not None):
            return False
        last = values[key][-1] if values.get(key) else None
        try:
            place.probe.restore(owner, key, MISSING if last is None else last.give_back())
        except Exception:  # the project's own objects may refuse in any way; then it is not put back
            return False
        return same(ABSENT if last is None else last.photograph, settle(spot))

    def _wants(self, place: Place, key: str) -> bool:
        if self._locations is None:
            return True
        return any(each.kind == place.probe.kind and each.key == key for each in self._locations)
