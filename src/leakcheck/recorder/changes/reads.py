"""What a test consults: as it stood when the test began, or as a fixture that tests share has just set it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from leakcheck.recorder.changes.accounts import Place, Spot
from leakcheck.records import WHOLE, Location, Renewed

Name = Callable[[Place, str], Location]


class Reads:
    """Those of the running test."""

    def __init__(self) -> None:
        self._direct: dict[Spot, None] = {}
        self._renewed: dict[Spot, str] = {}
        self._behind: set[Spot] = set()

    def clear(self) -> None:
        self._direct.clear()
        self._renewed.clear()
        self._behind.clear()

    def __contains__(self, spot: Spot) -> bool:
        return spot in self._direct

    def add(self, spot: Spot) -> None:
        """It is consulted, and nothing of the test has written it."""
        if spot in self._renewed:
            self._behind.add(spot)
        else:
            self._direct[spot] = None

    def renew(self, spots: Iterable[Spot], scope: str) -> None:
        """A fixture of this scope has been set up and has set them: none of it is a read of what stood there."""
        self._renewed.update((spot, scope) for spot in spots)

    def locations(self, name: Name, kinds: Container[str] | None) -> tuple[Location, ...]:
        """Of these `kinds`, if they are given: to name them takes longer than to note them."""
        spots = (spot for spot in self._direct if kinds is None or spot[0].probe.kind in kinds)
        return tuple(sorted({name(place, key) for place, key in spots if place.ref() is not None}))

    def renewed(self, name: Name) -> tuple[Renewed, ...]:
        """Who looks at a whole owner is taken to have looked at it before."""
        return tuple(
            sorted(
                Renewed(
                    name(place, key),
                    scope,
                    before=(place, key) in self._direct or (place, WHOLE) in self._direct,
                    behind=(place, key) in self._behind,
                )
                for (place, key), scope in self._renewed.items()
                if place.ref() is not None
            )
        )
