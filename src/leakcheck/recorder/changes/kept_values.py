"""Values that are kept, so that they can be put back later: as they stood before the tests, or, where a fixture
that several tests share has set another, as it has left them. It is its value that the tests behind it need."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leakcheck.probes import MISSING
from leakcheck.recorder.changes.accounts import Lifetime, Place, Spot
from leakcheck.recorder.changes.pictures import Pictures
from leakcheck.records import Location
from leakcheck.snapshots.snapshot import Snapshot, same


@dataclass(frozen=True, slots=True)
class Saved:
    """A value as it was, to be put back, and whose value it was."""

    place: Place
    key: str
    value: object
    photograph: Snapshot
    lifetime: Lifetime


class KeptValues:
    """The values of `locations`. An owner has its name when something is put back: until then those of all owners
    of its kind are kept."""

    def __init__(self, locations: Iterable[Location], pictures: Pictures) -> None:
        self._locations = frozenset(locations)
        self._pictures = pictures
        self._saved: dict[Spot, list[Saved]] = {}

    def save(self, lifetime: Lifetime, spots: Iterable[Spot]) -> None:
        """Keep what stands there now, for as long as `lifetime` lasts."""
        for place, key in spots:
            owner = place.ref()
            if owner is not None and self._wants(place, key):
                state = place.probe.state(owner)
                picture = self._pictures.take(place, owner, key, state)
                saved = Saved(place, key, copied(state.get(key, MISSING)), picture, lifetime)
                self._saved.setdefault((place, key), []).append(saved)

    def save_new(self, lifetime: Lifetime, places: Iterable[Place]) -> None:
        """Keep those of owners of which nothing was kept yet."""
        self.save(lifetime, [spot for spot in self.spots(places) if spot not in self._saved])

    def spots(self, places: Iterable[Place]) -> list[Spot]:
        """What may be wanted of these owners."""
        return [(place, each.key) for place in places for each in self._locations if each.kind == place.probe.kind]

    def forget(self, lifetime: Lifetime) -> None:
        """What it had set counts no longer: that from before does."""
        for spot, saved in self._saved.items():
            self._saved[spot] = [each for each in saved if each.lifetime != lifetime]

    def put_back(self, name: Callable[[Place, str], Location], settle: Callable[[Spot], Snapshot]) -> set[Location]:
        """Put all of it back; returns the locations that have their old value now. `settle` is told of what may
        have another one, and looks at it."""
        done: set[Location] = set()
        for spot, saved in list(self._saved.items()):
            place, key = spot
            owner = place.ref()
            if not saved or owner is None or (location := name(place, key)) not in self._locations:
                continue
            try:
                place.probe.restore(owner, key, saved[-1].value)
            except Exception:  # the project's own objects may refuse in any way; then it is not put back
                continue
            if same(saved[-1].photograph, settle(spot)):
                done.add(location)
        return done

    def _wants(self, place: Place, key: str) -> bool:
        return any(each.kind == place.probe.kind and each.key == key for each in self._locations)


def copied(value: object) -> object:
    """Containers are copied, so that an in-place change can be undone; anything else is itself."""
    if any(type(value) is each for each in (dict, list, set)):
        try:
            return copy.deepcopy(value)
        except Exception:  # the project's own objects may refuse, or run into anything
            return copy.copy(value)
    return value
