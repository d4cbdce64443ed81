"""What the search may cost, as people write it."""

from __future__ import annotations

from typing import Literal

from leakcheck.options.said import Compound

BudgetUnit = Literal["runs", "seconds"]


def parse_budget(text: str) -> tuple[float, BudgetUnit]:
    """A budget like `20` (runs of the declared order) or `90s` (seconds); ValueError for anything else."""
    try:
        number = float(text.removesuffix("s"))
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f"no budget: {text}")
    return number, "seconds" if text.endswith("s") else "runs"


BUDGET = Compound(
    ("budget", "budget_unit"),
    parse_budget,
    expected='runs of the declared order (20) or seconds ("90s") are expected',
    wrong="neither a number of runs nor a number of seconds",
    hint="Write --budget 20 for twenty times the declared order, or --budget 90s.",
)
