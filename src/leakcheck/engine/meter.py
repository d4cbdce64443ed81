"""What processes have cost, as the system counts it."""

from __future__ import annotations

import os
from typing import NamedTuple


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
