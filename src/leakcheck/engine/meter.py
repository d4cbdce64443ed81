"""What processes have cost, as the system counts it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from leakcheck.records.timing import PhaseTimes


class Cpu(NamedTuple):
    """CPU seconds: of this process `own`, and of `processes` that it has started and waited for, which count those
    whom they have waited for."""

    own: float
    processes: float

    @classmethod
    def now(cls) -> Cpu:
        """Since this process began."""
        found = os.times()
        return cls(found.user + found.system, found.children_user + found.children_system)

    def without(self, processes: float) -> Cpu:
        """Without so many seconds that others than those meant have cost."""
        return Cpu(round(self.own, 3), round(self.processes - processes, 3))


@dataclass
class Tally:
    """What is counted while executions run: `nodes` that became ready and their CPU; seconds for which lanes stood
    idle, as something ran that nothing may run beside (`turns`), or as nothing was ready (`imports`)."""

    nodes: int = 0
    node_cpu: float = 0.0
    turns: float = 0.0
    imports: float = 0.0

    def ready(self, cpu: float) -> None:
        """One more node is ready, for so many seconds of CPU."""
        self.nodes += 1
        self.node_cpu += cpu

    def idle(self, seconds: float, *, in_turn: bool) -> None:
        """Lanes, counted together, had nothing to do for so long."""
        if in_turn:
            self.turns += seconds
        else:
            self.imports += seconds


@dataclass(frozen=True)
class Since:
    """Measures a phase: what was counted, and how late it was, when it began."""

    tally: Tally
    began: float
    cpu: float
    before: Tally

    @classmethod
    def now(cls, tally: Tally) -> Since:
        """A phase begins; `tally` goes on counting."""
        return cls(tally, time.monotonic(), Cpu.now().own, replace(tally))

    def phase(self, name: str, executions: Iterable[str] = ()) -> PhaseTimes:
        """The phase ends now."""
        now, before = self.tally, self.before
        return PhaseTimes(
            name,
            round(time.monotonic() - self.began, 3),
            round(Cpu.now().own - self.cpu, 3),
            now.nodes - before.nodes,
            round(now.node_cpu - before.node_cpu, 3),
            round(now.turns - before.turns, 3),
            round(now.imports - before.imports, 3),
            tuple(executions),
        )
