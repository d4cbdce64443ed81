"""The recorder as a guard has it: it writes nothing down, and what goes wrong in it ends itself and not the run."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any

import pytest

from leakcheck.guard.warm_up import has_library_name
from leakcheck.recorder.changes.accounts import Lifetime
from leakcheck.recorder.changes.causes import Cause
from leakcheck.recorder.changes.compared import ComparedState
from leakcheck.recorder.changes.hooks import RecorderPlugin
from leakcheck.recorder.changes.outcomes import Outcomes
from leakcheck.recorder.changes.recording import Recording
from leakcheck.recorder.deep.deep_look import Difference
from leakcheck.records import Change, Location, Sighting

if TYPE_CHECKING:
    from leakcheck.wire.events import Event


class Fuse:
    """Runs the guard's own code. `blown` tells what went wrong, once; from then on nothing of it runs any more."""

    def __init__(self) -> None:
        self.blown = ""

    def run(self, action: Callable[..., Any], *arguments: Any) -> Any:
        if self.blown:
            return None
        try:
            return action(*arguments)
        except Exception as error:  # whatever it is: the user's run goes on
            innermost = traceback.extract_tb(error.__traceback__)[-1]
            where = f"leakcheck{innermost.filename.rpartition('leakcheck')[2]}:{innermost.lineno}"
            self.blown = f"{type(error).__name__} at {where}: {error}"
            return None


class _Nowhere:
    def write(self, event: Event, /) -> None:
        """Nobody reads it: what was left is asked for."""


class GuardRecorder(RecorderPlugin):
    """Notes what tests and fixtures change, and where."""

    def __init__(
        self, recording: Recording, compared: ComparedState | None, fuse: Fuse, *, restores: bool = False
    ) -> None:
        """If it `restores`, what was left is put back at once; `stuck` is where that did not help."""
        outcomes = Outcomes("")  # nobody listens to reports through it
        super().__init__(recording.book, recording.causes, outcomes, {}, None, _look_nowhere, compared)
        self.segment = _Nowhere()
        self._fuse = fuse
        self._restores = restores
        self.stuck: frozenset[Location] = frozenset()
        self._book.imports_apart = True  # whoever imports a module first has not made it for himself
        self._book.tells_again = not restores  # the same value as another test's is a leak of its own
        if restores:
            self._book.keep(None)

    def consulted(self, kinds: Container[str] | None = None) -> tuple[Location, ...]:
        """What the test has consulted before writing it; of these `kinds`, if they are given."""
        return self._book.consulted(kinds)

    def sightings(self) -> tuple[Sighting, ...]:
        """What observers of hazards have seen since this was asked last."""
        return self._book.sightings()

    def _begin(self, item: pytest.Item) -> None:
        self._fuse.run(self._begin_guarded, item)

    def _begin_guarded(self, item: pytest.Item) -> None:
        self._book.settle_newborn()
        super()._begin(item)

    def _settle_newborn(self) -> None:
        """Not yet: until the next test begins, or a wider fixture ends, most of them are gone."""

    def _begin_again(self) -> None:
        self._fuse.run(self._begin_again_guarded)

    def _begin_again_guarded(self) -> None:
        self._book.settle_newborn()
        super()._begin_again()

    def _finish(self, item: pytest.Item, seconds: float) -> None:
        self._fuse.run(self._book.let_go)

    def end_of_test_level(self) -> None:
        self._fuse.run(super().end_of_test_level)

    def _close(self, lifetime: Lifetime) -> tuple[Change, ...]:
        left = self._book.left_by(lifetime) if self._restores else ()
        changes = super()._close(lifetime)
        if left:
            self.stuck |= self._book.undo(left)
        return changes

    def _leave(self, left: list[Difference]) -> None:
        if self._compared is not None and self._restores:
            self.stuck |= self._compared.undo([each for each in left if not _is_of_library(each)])

    def _boundary(self, *, always: bool = False) -> None:
        if always or self._book.full:
            self._fuse.run(self._look, always)

    def _look(self, always: bool) -> None:
        super()._boundary(always=always)

    def _set_up(self, cause: Cause) -> None:
        self._fuse.run(super()._set_up, cause)

    def _begin_finalising(self, fixturedef: Any, made: Cause) -> None:
        self._fuse.run(self._finalise_guarded, fixturedef, made)

    def _finalise_guarded(self, fixturedef: Any, made: Cause) -> None:
        if made.kind == "fixture" and self._changes is not None:
            self._book.settle_newborn()
        super()._begin_finalising(fixturedef, made)

    def pytest_fixture_post_finalizer(self, fixturedef: Any) -> None:
        self._fuse.run(super().pytest_fixture_post_finalizer, fixturedef)


def _is_of_library(difference: Difference) -> bool:
    """Whether a library keeps it for itself, in an object of its own or under a name that Python leaves to it."""
    if difference.location.kind == "caches":  # their class is of the library, what they keep is the project's
        return False
    return difference.internal or has_library_name(difference.location)


def _look_nowhere(**_: object) -> None:
    """A guard sees nothing outside of the process."""
