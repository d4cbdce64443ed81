"""Lists of names in sentences, cut where they get long."""

from __future__ import annotations

from collections.abc import Sequence

MAX_NAMED = 5


def some(names: Sequence[str], limit: int = MAX_NAMED) -> str:
    """The first names, and how many are left out: "a, b and 2 more"."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
