"""Settings of the interpreter and the process that no module shows as a name: limits, hooks, masks, arithmetic."""

from __future__ import annotations

import sys
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Values
from leakcheck.probes.switches import SWITCHES


class Probe(Setting):
    """Owner: the module whose functions get and set it. Key: what it is called."""

    kind = "interpreter"
    by_fixtures = True
    about = About(
        form="the $key of $owner",
        whole="the settings of $owner",
        advice=(
            "Keep what it was in a fixture, and set it again behind the yield; of decimal arithmetic, compute "
            "inside `with decimal.localcontext():`."
        ),
    )

    def read(self) -> Values:
        values = ((place, self.value(*place)) for place in SWITCHES)
        return {place: value for place, value in values if value is not MISSING}

    def value(self, owner: str, key: str) -> Any:
        switch, module = SWITCHES[owner, key], sys.modules.get(owner)
        try:
            return switch.usual if module is None else switch.read(module)
        except Exception:  # a test may have replaced any of these functions
            return MISSING

    def put_back(self, owner: str, key: str, value: Any) -> None:
        SWITCHES[owner, key].put_back(sys.modules[owner], value)
