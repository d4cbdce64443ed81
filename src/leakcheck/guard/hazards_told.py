"""The hazards of a guarded run: what counts of them, the lines that tell them, and whether they end it with 1.

Loaded where there is a hazard to tell, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from leakcheck.analysis.gate.declared_dependencies import Meant
from leakcheck.analysis.gate.gate import counts, judge
from leakcheck.guard.judging import case_of
from leakcheck.guard.wanted import Wanted
from leakcheck.hazards import by_code
from leakcheck.nouns import plural
from leakcheck.options import Judging
from leakcheck.records import Finding, Suite
from leakcheck.reports.wording.hazards import by_kind, maker
from leakcheck.reports.wording.words import clean, clip, more

_CHOOSE = ("keyword", "markexpr", "deselect", "lf", "stepwise")
"""Options by which pytest runs some of the tests."""
_TESTS = 3


def judged(found: Iterable[Finding], suite: Suite, judging: Judging, *, of_all_tests: bool) -> tuple[Finding, ...]:
    """The hazards of a suite with the severities that people chose, and what rules, marks and baseline say."""
    case, _ = case_of(judging, date.today())
    told = [each for each in found if of_all_tests or not by_code()[each.code].needs_all]
    chosen = [replace(each, severity=case.severities.get(each.code, each.severity)) for each in told]
    return judge(case, chosen, (), suite, Meant()).findings


def runs_all(config: pytest.Config) -> bool:
    """Whether this is a run of all tests, as far as pytest's options tell: folders, and nothing chosen of them."""
    chosen = any(getattr(config.option, name, None) for name in _CHOOSE)
    return not chosen and all(os.path.isdir(each) for each in config.args)


def failing(found: tuple[Finding, ...], wanted: Wanted) -> list[Finding]:
    """Those for which a guard that fails ends the run with 1: a plain hazard is a note."""
    return [each for each in found if wanted.mode == "fail" and counts(each, wanted.judging.fail_on)]


def lines_of(found: tuple[Finding, ...], wanted: Wanted) -> Iterator[str]:
    """By code, each with what is wrong and how it is fixed."""
    counting = [each for each in found if not each.ignored and not each.known]
    for title, alike in by_kind(counting).items():
        yield title
        yield from (f"   {line}" for each in alike for line in _lines(each))
        yield f"   fix: {clean(alike[0].fix)}"
    quiet = len(found) - len(counting)
    if quiet:
        yield f"{plural(quiet, 'hazard')} ignored by rules and marks, or known to the baseline"
    if ending := failing(found, wanted):
        yield f"for {plural(len(ending), 'hazard')} of a severity that counts, this run ends with 1"


def _lines(each: Finding) -> Iterator[str]:
    spot = f"{each.file}:{each.line}" if each.line else each.file
    severity = "" if each.severity == "note" else each.severity
    yield "  ".join(filter(None, (clip(spot), maker(each), severity)))
    yield f"  {clip(each.title)}. {clean(each.why)}"
    yield from (f"  seen with {clip(test)}" for test in each.tests[:_TESTS])
    yield from (f"  {text}" for text in more(len(each.tests) - _TESTS, "test"))
