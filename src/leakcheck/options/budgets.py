"""What the search may cost, as people write it."""

from __future__ import annotations

from leakcheck.options.model import BudgetUnit


def parse_budget(text: str) -> tuple[float, BudgetUnit]:
    """A budget like `20` (runs of the declared order) or `90s` (seconds); ValueError for anything else."""
    try:
        number = float(text.removesuffix("s"))
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError(f"no budget: {text}")
    return number, "seconds" if text.endswith("s") else "runs"
