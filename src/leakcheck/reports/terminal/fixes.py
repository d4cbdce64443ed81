"""The way out: what to fix first, and how such leaks are usually fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.hazards import is_hazard
from leakcheck.records import Finding, Fix, Result
from leakcheck.reports.terminal.page import SHORT, TELLS_ALL, Limits, Piece, in_columns, prose, row, section
from leakcheck.reports.wording.fix_sentences import EXPOSES, HELPS, effect, group_sentence, joint_sentence, where
from leakcheck.reports.wording.next_steps import steps
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.words import clip, listed, more


def fixes(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """Fixes by the tests that they free, then what no single fix does, and tests that depend on one another."""
    shown = result.fixes[: limits.fixes]
    columns = in_columns([_cells(fix) for fix in shown]) if shown else []
    pieces = [row((cells[0], "bold"), "  ", "  ".join(cells[1:]).rstrip(), indent=2) for cells in columns]
    pieces += (row(each, indent=2) for each in more(len(result.fixes) - limits.fixes, where=TELLS_ALL))
    remarks = (HELPS if any(fix.touches for fix in shown) else "", EXPOSES if _exposing(shown) else "")
    pieces += (prose((each, "dim"), indent=2) for each in remarks if each)
    named = [(joint_sentence(joint), joint.tests) for joint in result.joint_fixes]
    named += [(group_sentence(group, result.edges), group) for group in result.groups]
    pieces += (piece for sentence, tests in named for piece in _named(sentence, tests, limits))
    return section("What to fix first", pieces)


def advice(result: Result) -> tuple[Piece, ...]:
    """How each finding is usually fixed, every advice once."""
    found = (each for each in result.findings if each.fix and not is_hazard(each.code))  # those tell it themselves
    by_fix = grouped(found, lambda finding: finding.fix)
    pieces = (piece for fix, findings in by_fix.items() for piece in _advice(fix, findings))
    return section("How it is usually fixed", pieces)


def next_steps(result: Result) -> tuple[Piece, ...]:
    """What to type now."""
    told = in_columns([(each.command, each.does) for each in steps(result)])
    return section("Next", (row((typed, "bold"), "  ", (does.rstrip(), "dim"), indent=2) for typed, does in told))


def _cells(fix: Fix) -> tuple[str, ...]:
    return fix.id, effect(fix), listed(fix.leaks), where(fix)


def _exposing(shown: Iterable[Fix]) -> bool:
    return any(fix.exposes for fix in shown)


def _named(sentence: str, tests: Sequence[str], limits: Limits) -> Iterator[Piece]:
    yield prose(sentence, indent=2)
    yield from (row(clip(test), indent=4) for test in tests[: limits.fixes])
    yield from (row(each, indent=4) for each in more(len(tests) - limits.fixes, "test"))


def _advice(fix: str, findings: Iterable[Finding]) -> Iterator[Piece]:
    known = tuple(findings)
    codes = listed(dict.fromkeys(finding.code for finding in known))
    about = listed(dict.fromkeys(finding.leak for finding in known if finding.leak))
    yield row((codes, "bold"), (f"  {about}" if about else "", "dim"), indent=2)
    yield prose(fix, indent=4)
