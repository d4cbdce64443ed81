"""A fix that was proven, in the words that all formats share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leakcheck.records import ProvenFix, Result
from leakcheck.reports.wording.words import clean

TITLE = "A fix that was proven"
UNTOLD = "Something in the patch looks secret: `leakcheck fix` prints it."


def fixes_by_leak(result: Result) -> Mapping[str, ProvenFix]:
    """What was proven to end a leak, by its id."""
    return {leak: fix for fix in result.proven_fixes for leak in fix.leaks}


def proven_how(fix: ProvenFix) -> str:
    """What it does, and how that was proven, in sentences."""
    return f"{_sentence(fix.how)} Proven: {' '.join(map(_sentence, fix.proof))}"


def proven_cost(fix: ProvenFix) -> str:
    """What it costs those who take it."""
    return f"Cost: {clean(fix.cost)}." if fix.cost else ""


def patch_lines(fix: ProvenFix) -> Sequence[str]:
    """Its patch, line by line, with nothing hidden in it."""
    return [clean(line.expandtabs(4)) for line in fix.diff.split("\n")[:-1]]


def _sentence(text: str) -> str:
    shown = clean(text)
    return f"{shown[:1].upper()}{shown[1:]}."
