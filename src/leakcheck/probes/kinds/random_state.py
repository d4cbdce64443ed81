"""The state of `random`. Every draw changes it: it is looked at only to explain what nothing else does."""

from __future__ import annotations

import random
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values


class Probe(Setting):
    """Owner: `random`. Key: `state`."""

    kind = "random_state"
    tracking: Tracking = "on demand"
    by_use = True
    about = About(form="the state of random", whole="the state of random", put_back="last")

    def read(self) -> Values:
        return {("random", "state"): random.getstate()}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        random.setstate(value)
