"""State that nobody tells of when it is written: compared at the ends of lifetimes.

The ledger knows who wrote what is tracked. Of settings of the process, and of what the project's modules hold, one
only knows between which two moments they changed: in a test and its fixtures, or in a fixture that tests share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial

from leakcheck.probes import Probes
from leakcheck.recorder.changes.accounts import Lifetime
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.recorder.deep.entries import whole
from leakcheck.records import Change, Location
from leakcheck.snapshots.values import Snapshotter


class ComparedState:
    """Looks when it is made, and anew wherever something differs: at all state of some kinds, and at some locations
    of others."""

    def __init__(
        self,
        camera: Snapshotter,
        probes: Probes,
        kinds: Collection[str],
        locations: Collection[Location] = (),
        of_plugins: Collection[Location] = (),
    ) -> None:
        """`of_plugins` is what plugins set around each test, and is nobody's leak."""
        self._of_plugins = frozenset(of_plugins)
        self._kinds = frozenset(kinds)
        self._makers: list[Callable[[], DeepLook]] = []
        if kinds:
            self._makers.append(partial(DeepLook.at_kinds, camera, probes, self._kinds))
        others = [each for each in locations if each.kind not in kinds]
        if others:
            self._makers.append(partial(DeepLook.at, camera, probes, others))
        self._locations = frozenset(others)
        self._looks = [make() for make in self._makers]
        self._is_behind = False
        self._accounts: dict[Lifetime, dict[Location, Difference]] = {}

    def charge(self, lifetime: Lifetime) -> None:
        """What differs from the last time was made by `lifetime`."""
        if self._note(lifetime):
            self._look_anew()

    def charge_last(self, lifetime: Lifetime) -> None:
        """The same where `lifetime` is over: `settle` is to be called behind whatever is put back."""
        self._is_behind = self._note(lifetime)

    def settle(self) -> None:
        """Whoever comes next begins with what is there now: a look takes long where modules are looked through, so
        there is none where all is again as it was."""
        if self._is_behind and self._differing():
            self._look_anew()
        self._is_behind = False

    def _note(self, lifetime: Lifetime) -> bool:
        """Whether anything differs."""
        found = self._differing()
        if not found:
            return False
        account = self._accounts.setdefault(lifetime, {})
        for each in found:
            first = account.get(each.location)
            account[each.location] = each if first is None else replace(first, new=each.new, now=each.now)
        return True

    def _differing(self) -> list[Difference]:
        return [each for look in self._looks for each in look.differences() if self._is_meant(each.location)]

    def close(self, lifetime: Lifetime) -> list[Difference]:
        """The lifetime is over: what it changed and did not undo."""
        account = self._accounts.pop(lifetime, None)
        if account is None:
            return []
        return [each for each in account.values() if _is_left(each)]

    def undo(self, left: list[Difference]) -> frozenset[Location]:
        """Put back what was left; returns what is not as before all the same. `settle` comes behind it."""
        if not left:
            return frozenset()
        self._is_behind = True
        for each in left:
            with suppress(Exception):  # the project's own objects may refuse in any way
                each.undo()
        return frozenset(each.location for each in left if _is_left(each))

    def change(self, difference: Difference, lifetime: Lifetime) -> Change:
        """A difference as it is recorded."""
        return replace(self._looks[0].change(difference, ""), lifetime=str(lifetime[0]))

    def _is_meant(self, location: Location) -> bool:
        """A look finds what lies beside, too."""
        if location in self._of_plugins:
            return False
        if location.kind in self._kinds:
            return True
        return location in self._locations or whole(location) in self._locations

    def _look_anew(self) -> None:
        self._looks = [make() for make in self._makers]


def _is_left(difference: Difference) -> bool:
    now = difference.new if difference.now is None else difference.now()
    return differ(difference.old, now)
