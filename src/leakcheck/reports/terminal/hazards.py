"""The hazards of the terminal report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakcheck.records import Finding, Result
from leakcheck.reports.terminal.page import SHORT, Limits, Piece, prose, row, section
from leakcheck.reports.wording.hazards import TITLE, by_kind, maker
from leakcheck.reports.wording.hazards import hazards as counting
from leakcheck.reports.wording.words import clean, clip, more


def hazards(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """Below its code each hazard: where it is, why it is one, and with which tests it was seen."""
    return section(TITLE, told(counting(result), limits))


def told(found: Sequence[Finding], limits: Limits) -> Iterator[Piece]:
    """These hazards, by code."""
    for title, alike in by_kind(found).items():
        yield row((title, "bold"), indent=2)
        same = len(alike) > 1 and len({_about(each) for each in alike}) == 1
        shown = limits.hurt if same else limits.tests
        if same:
            yield prose(_about(alike[0]), indent=4)
        yield from (piece for each in alike[:shown] for piece in _hazard(each, limits, about=not same))
        yield from (row(each, indent=4) for each in more(len(alike) - shown, "hazard"))
        yield prose(("fix: ", "dim"), clean(alike[0].fix), indent=4)


def _about(each: Finding) -> str:
    return f"{clip(each.title)}. {clean(each.why)}"


def _hazard(each: Finding, limits: Limits, *, about: bool) -> Iterator[Piece]:
    """`about`: with what it is and why, which one sentence above has told where it is the same of all."""
    spot = f"{each.file}:{each.line}" if each.line else each.file
    yield row((clip(spot), "cyan"), f"  {maker(each)}".rstrip(), (_severity(each), "bold red"), indent=4)
    if about:
        yield prose(_about(each), indent=6)
    yield from (row((f"seen with {clip(test)}", "dim"), indent=6) for test in each.tests[: limits.by])
    yield from (row((text, "dim"), indent=6) for text in more(len(each.tests) - limits.by, "test"))


def _severity(each: Finding) -> str:
    return "" if each.severity == "note" else f"  {each.severity}"
