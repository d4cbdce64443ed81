"""What a certificate says: one sentence for each thing that is left open, green only where nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leakcheck.analysis import Effort
from leakcheck.options import PROFILES
from leakcheck.records import Certificate, Location, Result, TestVerdict, Unexplained
from leakcheck.reports import formats
from leakcheck.reports.wording import sentences
from leakcheck.reports.wording.certified import (
    certificate_sentences,
    conclusion,
    covered_in_short,
    unexplained,
    verdict_of,
)
from reports.samples import KINDS, leak, result, troubled, verdict

T, U = "tests/test_a.py::test_t", "tests/test_a.py::test_u"
GREEN = (
    "Nothing is left unexplained: no test's outcome is changed by what another test leaves behind (in the kinds of "
    "state that leakcheck watches)."
)
REST = "What was run is explained; what was not run may hold more."
EARLY = "1 difference is unexplained: there is state that the audit had not found when it ended."
QUICK = PROFILES["quick"].limits
CUT_SHORT = Effort(finished=False).limits
DAMAGED = Effort(finished=False, damaged=True).limits


def certified(*tests: TestVerdict, total: int = 3, covered: int = 3, **changes: object) -> Result:
    found = Certificate(total, covered, (), KINDS, False)
    return replace(result((verdict(U), *tests)), certificate=replace(found, **changes))  # type: ignore[arg-type]


def of(word: str, test: str = T) -> TestVerdict:
    return replace(verdict(test), verdict=word)  # type: ignore[arg-type]


OPEN = {
    "flaky": (certified(of("flaky")), "1 test is flaky: whether the order matters to it is not known."),
    "flaky tests": (
        certified(of("flaky"), of("flaky", U)),
        "2 tests are flaky: whether the order matters to them is not known.",
    ),
    "unknown": (certified(of("unknown")), "1 test is undecided."),
    "crashing": (
        certified(of("crashing")),
        "1 test ends its process or does not end: what it leaves behind is not known.",
    ),
    "crashing and endless": (
        certified(of("crashing"), of("timeout", U)),
        "2 tests end their process or do not end: what they leave behind is not known.",
    ),
    "budget": (
        certified(covered=2, budget_exhausted=True),
        f"The budget was spent before every question was asked. {REST}",
    ),
    "pairs": (
        certified(covered=2),
        f"1 pair of a leaked value and a test that reads it was not run. {REST}",
    ),
    "unexplained": (
        certified(of("unknown"), unexplained=(Unexplained(T, ()),)),
        "1 difference is unexplained: there is state that leakcheck does not see.",
    ),
    "unfinished": (
        certified(limits=CUT_SHORT),
        f"{CUT_SHORT[0]} {REST}",
    ),
    "damaged": (
        certified(limits=DAMAGED),
        f"{DAMAGED[0]} {REST}",
    ),
    "unexplained and unfinished": (
        certified(of("unknown"), unexplained=(Unexplained(T, ()),), limits=CUT_SHORT),
        f"{CUT_SHORT[0]} {EARLY} What was not run may hold more.",
    ),
    "nothing watched": (certified(kinds={}), "No kind of state was watched."),
}


@pytest.mark.parametrize("case", OPEN)
def test_one_sentence_for_each_case(case: str) -> None:
    found, words = OPEN[case]
    assert conclusion(found) == words
    assert "Nothing is left" not in " ".join(certificate_sentences(found))


@pytest.mark.parametrize("case", [case for case in OPEN if case != "nothing watched"])
def test_no_format_calls_it_clean(case: str) -> None:
    """Not by a sign, and not by a sentence."""
    found, _ = OPEN[case]
    assert verdict_of(found) == "leaking"
    for name, report in formats().items():
        text = report.render(found)
        assert "Nothing is left unexplained" not in text, name
        assert not text.startswith(("✓", "### ✓")), name
        assert 'href="#i-clean"' not in text.partition('id="verdict"')[2].partition("</section>")[0], name


def test_green_where_it_is_green() -> None:
    found = certified()
    assert (conclusion(found), verdict_of(found)) == (GREEN, "clean")
    assert "\n✓ " in formats()["terminal"].render(found)
    failing = certified(of("failing"))
    assert (conclusion(failing), verdict_of(failing)) == (GREEN, "leaking"), "the sign tells of other troubles"
    hurt = certified(of("victim"))
    assert conclusion(hurt) == GREEN.replace("no test's", "beyond these, no test's")


def test_a_profile_that_does_without_says_so_and_is_no_trouble() -> None:
    found = certified(profile="quick", limits=QUICK)
    assert conclusion(found) == "What was run is explained; what was not run may hold more."
    assert verdict_of(found) == "clean"
    assert certificate_sentences(found)[1 : 1 + len(QUICK)] == QUICK


def test_several_things_are_told_together() -> None:
    assert conclusion(troubled()).count(".") == 5


def test_an_audit_that_ended_early_accuses_no_unseen_state() -> None:
    early = certified(limits=CUT_SHORT).certificate
    assert "does not see" not in unexplained(early)
    assert "does not see" in unexplained(certified().certificate)
    assert "no budget left" in unexplained(certified(budget_exhausted=True).certificate)


def test_tests_that_were_as_good_as_alone_are_counted() -> None:
    told = certificate_sentences(certified(alone=3, in_rows=1200), kinds=False)
    assert told[1] == "3 tests ran alone, 1,200 behind others of their file that had left nothing."
    assert not any("ran alone" in each for each in certificate_sentences(certified(alone=3), kinds=False))


def test_that_nobody_reads_what_others_left_is_told_of_a_finished_audit_without_leaks_only() -> None:
    """A victim of state whose reads nobody sees stands above, or tests that never ran: both would belie it."""
    clean = certified(total=0, covered=0)
    told = "Covered: no test reads what another left behind, 3 kinds of state"
    assert covered_in_short(clean) == told
    short = "Covered: 3 kinds of state"
    found = leak(1, Location("app_state", "shop.main:app", "sale"), "broken", T)
    assert covered_in_short(replace(clean, leaks=(found,))) == short
    assert covered_in_short(certified(total=0, covered=0, budget_exhausted=True)) == short


def test_an_audit_that_was_cut_short_has_found_no_leak_so_far() -> None:
    assert sentences.leaks_in_words(certified()) == "no leak"
    assert sentences.leaks_in_words(certified(budget_exhausted=True)) == "no leak so far"
    assert sentences.leaks_in_words(certified(limits=CUT_SHORT)) == "no leak so far"
    assert sentences.tests_in_words(certified()) == "none order-dependent"
    assert sentences.tests_in_words(certified(limits=CUT_SHORT)) == "none order-dependent so far"
