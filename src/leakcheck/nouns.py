"""Numbers and their nouns, as sentences need them."""

from __future__ import annotations


def plural(number: int, noun: str, many: str = "") -> str:
    """Number and noun: "1 test", "2 tests"; `many` is the plural where it is not made with an s."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def agreeing(number: int, one: str, many: str) -> str:
    """The form of a word that fits so many: "was" or "were"."""
    return one if number == 1 else many
