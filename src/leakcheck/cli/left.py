"""How long something will still take, in honest words."""

from __future__ import annotations

import math
from typing import NamedTuple

_STEADY, _LEAST = 0.2, 3.0


class TimeLeft(NamedTuple):
    """Seconds, from the least to the most."""

    low: float
    high: float


def steady(shown: TimeLeft | None, found: TimeLeft | None, passed: float) -> TimeLeft | None:
    """What to show: what was shown runs down with the clock, unless what is found now is clearly another."""
    if shown is None or found is None:
        return found
    return TimeLeft(_steady(shown.low, found.low, passed), _steady(shown.high, found.high, passed))


def _steady(shown: float, found: float, passed: float) -> float:
    counted = max(0.0, shown - passed)
    return counted if abs(found - counted) <= max(_STEADY * counted, _LEAST) else found


def words(left: TimeLeft | None) -> str:
    """ "about 2 min left"; "" where nothing is known, or next to nothing is left."""
    if left is None or left.high < 1:
        return ""
    low, high = rounded(left.low), rounded(left.high)
    if low == high:
        return f"about {high} left"
    if left.low < 1:
        return f"up to about {high} left"
    same = low.partition(" ")[2] == high.partition(" ")[2]
    return f"about {low.partition(' ')[0] if same else low} to {high} left"


def rounded(seconds: float) -> str:
    """ "45 s", "3 min", "1.5 h": as exact as an estimate may be, and never too little."""
    if seconds <= 55:
        return f"{5 * math.ceil(seconds / 5)} s"
    if seconds <= 99 * 60:
        return f"{math.ceil(seconds / 60)} min"
    return f"{math.ceil(seconds / 360) / 10:g} h"
