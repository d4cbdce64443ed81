"""State that nobody tells of when it is written: compared at the ends of lifetimes.

The ledger knows who wrote what is tracked. Of settings of the process, and of what the project's modules hold, one
only knows between which two moments they changed: in a test and its fixtures, or in a fixture that tests share.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from leakcheck.probes import Probes
from leakcheck.recorder.changes.accounts import Lifetime
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.records import Change, Location
from leakcheck.snapshots.values import Snapshotter


class ComparedState:
    """Looks when it is made, and anew wherever something differs: at these kinds, and no others."""

    def __init__(self, camera: Snapshotter, probes: Probes, kinds: Collection[str]) -> None:
        self._means = (camera, probes)
        self._kinds = frozenset(kinds)
        self._look = self._make()
        self._accounts: dict[Lifetime, dict[Location, Difference]] = {}

    def start_over(self) -> None:
        """What differs by now nobody is charged with."""
        if self._look.differences():
            self._look = self._make()

    def charge(self, lifetime: Lifetime) -> None:
        """What differs from the last time was made by `lifetime`."""
        found = [each for each in self._look.differences() if each.location.kind in self._kinds]
        if not found:
            return
        account = self._accounts.setdefault(lifetime, {})
        for each in found:
            first = account.get(each.location)
            account[each.location] = each if first is None else replace(first, new=each.new, now=each.now)
        self._look = self._make()

    def close(self, lifetime: Lifetime) -> list[Difference]:
        """The lifetime is over: what it changed and did not undo."""
        account = self._accounts.pop(lifetime, None)
        if account is None:
            return []
        return [each for each in account.values() if self._is_left(each)]

    def undo(self, left: list[Difference]) -> frozenset[Location]:
        """Put back what was left; returns what is not as before all the same."""
        if not left:
            return frozenset()
        for each in left:
            try:
                each.undo()
            except Exception:  # the project's own objects may refuse in any way
                continue
        still = frozenset(each.location for each in left if self._is_left(each))
        self._look = self._make()
        return still

    def change(self, difference: Difference, lifetime: Lifetime) -> Change:
        """A difference as it is recorded."""
        return replace(self._look.change(difference, ""), lifetime=str(lifetime[0]))

    def _make(self) -> DeepLook:
        return DeepLook.at_kinds(*self._means, self._kinds)

    def _is_left(self, difference: Difference) -> bool:
        now = difference.new if difference.now is None else difference.now()
        return differ(difference.old, now)
