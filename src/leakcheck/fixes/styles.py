"""How a file is written, as far as what is added to it shall be like that."""

from __future__ import annotations

from leakcheck.fixes.source import Source


def is_annotated(text: Source) -> bool:
    """Whether the functions of a file have annotations, most of them."""
    functions = list(text.functions.values())
    return sum(each.is_annotated for each in functions) * 2 > len(functions)
