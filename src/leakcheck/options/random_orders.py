"""How many random orders are run, as people write it."""

from __future__ import annotations

from typing import Literal

from leakcheck.options.said import Compound

RandomUntil = Literal["all", "nothing new"]
"""Until all pairs have run, or until the last ones have shown nothing new."""
MOST = 3
_AUTO = "auto"


def parse_random(text: str) -> tuple[int, RandomUntil]:
    """A number like `3` (just so many), or `auto` (up to three); ValueError for anything else."""
    if text == _AUTO:
        return MOST, "nothing new"
    number = int(text)
    if number < 0:
        raise ValueError(f"no number of orders: {text}")
    return number, "all"


RANDOM = Compound(
    ("random", "random_until"),
    parse_random,
    expected='a whole number of at least 0, or "auto", is expected',
    wrong="neither a number of pairs nor auto",
    hint="Write --random 3 for three random orders and their reverses, or --random auto for as many as show news.",
)
