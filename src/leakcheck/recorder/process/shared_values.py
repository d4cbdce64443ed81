"""What a test that runs alone changes in the values of fixtures that others share, and of what mostly lives as long
as these: seen before they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.records import Change, Location
from leakcheck.snapshots.rooted import Root

MAX_OBJECTS = 2_000
"""Of one fixture. What lies deeper in larger ones is found where it hurts somebody."""


class SharedValues:
    """Enters the values of fixtures when they are made, and keeps pictures of what differs when they go."""

    def __init__(self, book: StateLedger, look: DeepLook) -> None:
        """`look` is at the project's modules: what these hold goes by their names."""
        kinds = [each.kind for each in book.probes.settings.values() if each.lives_in_fixtures]
        self._look = DeepLook(book.camera, book.probes, kinds=kinds)
        self._modules = look
        self._changes: dict[Location, Change] = {}
        self._told: frozenset[Location] = frozenset()
        self._of_session: dict[Location, Any] = {}

    def begin(self) -> None:
        self._of_session.clear()
        self._look.settings.begin()

    def set_up(self, fixture: str | None) -> None:
        self._look.settings.set_up(fixture)

    def over(self, fixture: str, scope: str) -> None:
        """What a fixture of the session sets, and nobody changes until it ends, is left to no test."""
        for probe, owner, key, _, new in self._look.settings.over(fixture):
            if scope == "session":
                self._of_session[Location(probe.kind, owner, key)] = new

    def is_known(self, difference: Difference) -> bool:
        """Whether what stands at the end of all was told as a change of what a fixture had set, or is left to no
        test."""
        return difference.location in self._told or self._is_left_to_none(difference)

    def _is_left_to_none(self, difference: Difference) -> bool:
        place = difference.location
        return place in self._of_session and not differ(self._of_session[place], difference.new)

    def enter(self, roots: Sequence[Root]) -> None:
        self._look.enter(roots, self._modules.identities(), MAX_OBJECTS)

    def leave(self, path: str) -> None:
        for each in (*self._look.settings_otherwise(), *self._look.leave(path)):
            # What a client counts is no reason to take its users for polluters.
            if not (each.internal or self._is_left_to_none(each)):
                self._changes.setdefault(each.location, self._look.change(each, ""))

    def told(self, test: str) -> tuple[Change, ...]:
        """What was seen since it was asked for the last time; `test` is who made it."""
        found, self._changes = self._changes, {}
        self._told = frozenset(found)
        return tuple(replace(each, cause=test) for each in found.values())
