"""The report in Markdown: verdict first, a table of findings, and what stands behind each, folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from leakcheck.records import Outcome, ProvenFix, Result
from leakcheck.reports.markdown.markup import advice, code, fence, fitting, folded, plain, size, table
from leakcheck.reports.wording.certified import conclusion, verdict_of
from leakcheck.reports.wording.finding_stories import (
    Story,
    by_importance,
    counting,
    pardoned_in_words,
    spot,
    stories,
    story_lines,
    subject_parts,
)
from leakcheck.reports.wording.local_paths import localised
from leakcheck.reports.wording.proven_fixes import TITLE, UNTOLD, patch_lines, proven_cost, proven_how
from leakcheck.reports.wording.sentences import cost_in_words, found_in_words, tests_in_words
from leakcheck.reports.wording.words import clip, listed, more, plural

_SIGNS: Mapping[str, str] = {"order-dependent": "✗", "leaking": "!", "clean": "✓"}
_SPARE = 500
MAX_NOTES = 10
MAX_NOTE = 300


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a page may hold: bytes in all, rows of the table, commands of one finding."""

    bytes: int
    rows: int
    commands: int


def page(result: Result, bounds: Bounds, *, marker: str = "", orders: bool = False) -> str:
    """The whole page, never larger than `bounds` allow. `marker` is its first line, hidden from readers."""
    shown = localised(result)
    told = by_importance(counting(stories(shown)))
    head = "".join(_head(shown, marker))
    tail = "".join(_tail(shown, orders))
    room = bounds.bytes - size(head) - size(tail) - _SPARE
    rows, cut = fitting(list(_rows(told))[: bounds.rows + 2], room // 2)
    cut += max(0, len(told) - bounds.rows)
    details, unfolded = fitting((_details(story, bounds.commands) for story in told), room - size("".join(rows)))
    parts = [head, *rows, _missing(cut, "in this table"), *details, _missing(unfolded, "with its details"), tail]
    return "".join(parts).rstrip("\n") + "\n"


def _head(result: Result, marker: str) -> Iterator[str]:
    if marker:
        yield f"{marker}\n"
    if not result.tests:
        yield "### leakcheck: no tests were collected\n\n"
        return
    yield f"### {_SIGNS[verdict_of(result)]} leakcheck: {plain(tests_in_words(result))}\n\n"
    facts = f"{plural(len(result.tests), 'test')}; {found_in_words(result)}; {cost_in_words(result.cost)}."
    yield f"{plain(facts)} {plain(conclusion(result))}\n\n"
    pardoned = pardoned_in_words(result)
    if pardoned:
        yield f"{plain(pardoned)}.\n\n"


def _rows(told: Sequence[Story]) -> Iterator[str]:
    if told:
        yield from table(("finding", "what", "where", "tests"), map(_cells, told))


def _cells(story: Story) -> tuple[str, ...]:
    finding = story.finding
    before, name, after = subject_parts(story)
    return (
        f"{finding.severity} {plain(finding.code)}",
        f"{plain(before)}{code(name) if name else ''}{plain(after)}",
        code(spot(story)),
        f"{len(finding.tests):,}",
    )


def _details(story: Story, commands: int) -> str:
    before, name, after = subject_parts(story)
    known = list(dict.fromkeys(each.reproduce for each in story.hurt if each.reproduce))
    lines = list(story_lines(story))
    body = (
        fence(lines) if lines else "",
        "Shown by plain pytest:\n\n" + fence(known[:commands], "console") if known else "",
        f"{len(known) - commands:,} more show it too.\n" if len(known) > commands else "",
        advice(story.finding.fix) + "\n" if story.finding.fix else "",
        *(_proven(story.proven) if story.proven is not None else ()),
    )
    return "\n" + folded((f"{clip(story.finding.code)} · {before}", name, after), body)


def _proven(fix: ProvenFix) -> Iterator[str]:
    """How it was proven, and the patch."""
    yield f"**{TITLE}.** {advice(proven_how(fix))} {advice(proven_cost(fix))}\n"
    yield fence(patch_lines(fix), "diff") if fix.diff else advice(UNTOLD) + "\n"


def _missing(number: int, where: str) -> str:
    if not number:
        return ""
    return f"\n{plural(number, 'more finding')} would not fit {where}; the other reports have all.\n"


def _tail(result: Result, orders: bool) -> Iterator[str]:
    if orders and result.orders:
        yield "\n#### Orders\n\n"
        yield from _orders(result)
    if result.notes:
        notes = [clip(note, MAX_NOTE) for note in result.notes]
        yield "\n#### Notes\n\n" + fence([*notes[:MAX_NOTES], *more(len(notes) - MAX_NOTES)])
    versions = (f"{name} {number}" for name, number in _versions(result).items() if number)
    yield f"\n{code(clip(listed(versions)))}\n"


def _versions(result: Result) -> Mapping[str, str]:
    return {"leakcheck": result.leakcheck, "pytest": result.suite.pytest, "Python": result.suite.python}


def _orders(result: Result) -> Iterator[str]:
    rows = result.orders
    columns = [outcome for outcome in get_args(Outcome) if any(each.outcomes.get(outcome) for each in rows)]
    cells = ((code(clip(each.name, 60)), *(f"{each.outcomes.get(name, 0):,}" for name in columns)) for each in rows)
    yield from table(("order", *columns), cells)
