"""Processes that a forked test has started in a session of their own: they leave the group that ends with the test.

They come to the shields of the tree of forks as orphans. One is ended when every execution that can have started it
is over; the rest ends with the tree.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from leakcheck.engine.spawn.keeper import children_of, kill
from leakcheck.engine.spawn.keeper_client import KeptProcess


@dataclass
class Orphans:
    """Those of one tree, whose root is `root`. Executions are told by the process that runs them."""

    root: KeptProcess
    _spared: set[int] = field(default_factory=set)
    _suspects: dict[int, set[int]] = field(default_factory=dict)

    def spare(self) -> None:
        """A node has collected: what lives now may be what the project has started for all tests."""
        self._spared |= set(self._present())

    def after(self, running: Collection[int]) -> None:
        """An execution is over while those of `running` go on: end what none of them can have started."""
        for pid in self._present():
            suspects = self._suspects.setdefault(pid, set(running))
            suspects &= set(running)
            if not suspects and pid not in self._spared and pid not in running:
                kill(pid)

    def _present(self) -> list[int]:
        own = {self.root.pid, *self.root.shields}
        found = [pid for shield in self.root.shields for pid in children_of(shield) if pid not in own]
        self._suspects = {pid: tests for pid, tests in self._suspects.items() if pid in found}
        self._spared &= set(found)
        return found
