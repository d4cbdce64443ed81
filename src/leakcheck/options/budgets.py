"""What an audit may cost, as people write it."""

from __future__ import annotations

import re
from typing import Literal

from leakcheck.options.said import Compound

BudgetUnit = Literal["runs", "seconds"]
"""Runs of the declared order bound the search behind orders and tests alone, seconds bound the whole audit."""
_NUMBER = r"\d+(?:\.\d+)?"
_RUNS = re.compile(_NUMBER)
_TIME = re.compile(rf"(?=.)(?:({_NUMBER})h)?(?:({_NUMBER})m)?(?:({_NUMBER})s)?")
_SECONDS = (3600.0, 60.0, 1.0)


def parse_budget(text: str) -> tuple[float, BudgetUnit]:
    """A budget like `20` (runs of the declared order) or `10m`, `1h30m`, `90s` (a time); ValueError for anything
    else, and for no time at all."""
    if _RUNS.fullmatch(text):
        return float(text), "runs"
    found = _TIME.fullmatch(text)
    seconds = (
        sum(float(part or 0) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True)) if found else 0
    )
    if not 0 < seconds < float("inf"):
        raise ValueError(f"no budget: {text}")
    return seconds, "seconds"


BUDGET = Compound(
    ("budget", "budget_unit"),
    parse_budget,
    expected='runs of the declared order (20) or a time ("90s", "10m", "1h") are expected',
    wrong="neither a number of runs nor a time",
    hint="Write --budget 20 for a search of twenty times the declared order, or --budget 10m for the whole audit.",
)
