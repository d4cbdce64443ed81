"""The way out: what to mend first, and how such leaks are usually mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.records import Finding, Mend, Result
from leakcheck.reports.terminal.page import Piece, in_columns, prose, row, section
from leakcheck.reports.wording.fix_sentences import EXPOSES, HELPS, effect, group_sentence, joint_sentence, where
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.words import clip, listed, more

MAX_MENDS = 20
MAX_TESTS = 20


def mends(result: Result) -> tuple[Piece, ...]:
    """Mends by the tests that they free, then what no single mend does, and tests that depend on one another."""
    shown = result.mends[:MAX_MENDS]
    columns = in_columns([_cells(mend) for mend in shown]) if shown else []
    pieces = [row((cells[0], "bold"), "  ", "  ".join(cells[1:]).rstrip(), indent=2) for cells in columns]
    pieces += (row(each, indent=2) for each in more(len(result.mends) - MAX_MENDS, where="in the JSON report"))
    remarks = (HELPS if any(mend.touches for mend in shown) else "", EXPOSES if _exposing(shown) else "")
    pieces += (prose((each, "dim"), indent=2) for each in remarks if each)
    pieces += (piece for joint in result.joint_mends for piece in _named(joint_sentence(joint), joint.tests))
    pieces += (piece for group in result.groups for piece in _named(group_sentence(group, result.edges), group))
    return section("What to mend first", pieces)


def advice(result: Result) -> tuple[Piece, ...]:
    """How each finding is usually mended, every advice once."""
    by_mend = grouped((each for each in result.findings if each.mend), lambda finding: finding.mend)
    pieces = (piece for mend, findings in by_mend.items() for piece in _advice(mend, findings))
    return section("How it is usually mended", pieces)


def _cells(mend: Mend) -> tuple[str, ...]:
    return mend.id, effect(mend), where(mend), listed(mend.leaks)


def _exposing(shown: Iterable[Mend]) -> bool:
    return any(mend.exposes for mend in shown)


def _named(sentence: str, tests: Sequence[str]) -> Iterator[Piece]:
    yield prose(sentence, indent=2)
    yield from (row(clip(test), indent=4) for test in tests[:MAX_TESTS])
    yield from (row(each, indent=4) for each in more(len(tests) - MAX_TESTS, "test"))


def _advice(mend: str, findings: Iterable[Finding]) -> Iterator[Piece]:
    known = tuple(findings)
    codes = listed(dict.fromkeys(finding.code for finding in known))
    about = listed(dict.fromkeys(finding.leak for finding in known if finding.leak))
    yield row((codes, "bold"), (f"  {about}" if about else "", "dim"), indent=2)
    yield prose(mend, indent=4)
