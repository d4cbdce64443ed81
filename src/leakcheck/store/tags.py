"""Names of executions: who they are of, and a number of at least five digits."""

from __future__ import annotations

_DIGITS = "0123456789"


def numbered(prefix: str, number: int) -> str:
    """`e00001`, `control00012`, `e123456`."""
    return f"{prefix}{number:05d}"


def prefix_of(tag: str) -> str:
    """The name without its number."""
    return tag.rstrip(_DIGITS)


def number_of(tag: str) -> int:
    """The number of a name; 0 if it has none."""
    return int(tag[len(prefix_of(tag)) :] or 0)
