"""Handlers of signals."""

from __future__ import annotations

import signal
from typing import Any

from leakcheck.probes import About, Setting, Values


class Probe(Setting):
    """Owner: `signal`. Key: the signal's name."""

    kind = "signal_handlers"
    by_fixtures = True
    about = About(form="the handler of $key", whole="all signal handlers")

    def read(self) -> Values:
        named = (each for each in signal.valid_signals() if isinstance(each, signal.Signals))
        return {("signal", each.name): signal.getsignal(each) for each in named}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if value is not None:
            signal.signal(signal.Signals[key], value)
