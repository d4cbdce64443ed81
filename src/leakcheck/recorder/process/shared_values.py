"""What a test that runs alone changes in the values of fixtures that others share, and of what mostly lives as long
as these: seen before they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.deep.deep_look import DeepLook
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

    def begin(self) -> None:
        self._look.settings.begin()

    def set_up(self, fixture: str | None) -> None:
        self._look.settings.set_up(fixture)

    def over(self, fixture: str) -> None:
        self._look.settings.over(fixture)

    def enter(self, roots: Sequence[Root]) -> None:
        self._look.enter(roots, self._modules.identities(), MAX_OBJECTS)

    def leave(self, path: str) -> None:
        for each in (*self._look.settings_otherwise(), *self._look.leave(path)):
            if not each.internal:  # what a client counts is no reason to take its users for polluters
                self._changes.setdefault(each.location, self._look.change(each, ""))

    def told(self, test: str) -> tuple[Change, ...]:
        """What was seen since it was asked for the last time; `test` is who made it."""
        found, self._changes = self._changes, {}
        return tuple(replace(each, cause=test) for each in found.values())
