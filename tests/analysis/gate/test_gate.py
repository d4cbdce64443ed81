"""What counts: findings against rules, marks and the baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from analysis.made import suite
from leakcheck.analysis import Baseline, GateInput, entries_of, extended_baseline, wrong_marks
from leakcheck.analysis.gate.declared_dependencies import Meant
from leakcheck.analysis.gate.gate import GateResult, judge
from leakcheck.options import Ignore
from leakcheck.records import Finding, Leak, Location, Mark, Source, Suite
from watched import watched

PLACE = Location("app_state", "shop.main:app", "colour")
P, Q, V, W = (f"tests/test_{name}.py::test_{name}" for name in "pqvw")
SUITE = replace(suite(P, Q, V, W), kinds=watched(app_state="tracked", environ="tracked"))
CALLED = Source("tests/test_p.py", 7, "test_p", "call")
FIXED = Source("tests/conftest.py", 3, "painted", "setup", "painted", "function")


def leak(source: Source = CALLED, *polluters: str, victims: tuple[str, ...] = (V,)) -> Leak:
    return Leak("L1", PLACE, "broken", polluters or (P,), victims, (), (source,), "red", "blue")


def finding(code: str = "LK101", tests: tuple[str, ...] = (V,), leak: str | None = "L1") -> Finding:
    severity = {"1": "error", "2": "warning", "3": "note", "4": "note"}[code[2]]
    return Finding(code, severity, "told", "tests/test_p.py", 7, tests, leak, "fix")  # type: ignore[arg-type]


def judged(
    *rules: Ignore,
    found: Finding | None = None,
    by: Leak | None = None,
    of: Suite = SUITE,
    baseline: Baseline | None = None,
    partial: tuple[str, ...] = (),
) -> GateResult:
    case = GateInput("error", rules, date(2030, 6, 15), baseline, "known.txt", partial)
    return judge(case, [found or finding()], [by or leak()], of, Meant())


def lines(found: Finding, of: Leak) -> list[str]:
    return [" ".join(entry.line.texts) for entry in entries_of(found, {of.id: of})]


def test_a_finding_has_a_line_for_everybody_concerned() -> None:
    assert lines(finding(tests=(V, W)), leak(CALLED, P, Q)) == [
        f"LK101 app_state shop.main:app colour test {P}",
        f"LK101 app_state shop.main:app colour test {Q}",
        f"LK101 app_state shop.main:app colour victim {V}",
        f"LK101 app_state shop.main:app colour victim {W}",
    ]


def test_a_fixture_stands_for_all_tests_that_use_it() -> None:
    assert lines(finding("LK301", (P, Q)), leak(FIXED, P, Q)) == [
        "LK301 app_state shop.main:app colour fixture painted"
    ]


def test_a_file_that_leaks_at_import() -> None:
    assert lines(finding("LK301"), leak(CALLED, "tests/test_p.py")) == [
        "LK301 app_state shop.main:app colour import tests/test_p.py"
    ]


def test_findings_about_a_test_have_one_line() -> None:
    assert lines(finding("LK103", (P,)), leak()) == [f"LK103 - - - test {P}"]


def test_an_owner_named_by_its_line_is_known_by_its_file() -> None:
    moved = replace(leak(), location=replace(PLACE, owner="tests/test_p.py:12"))
    assert lines(finding("LK301"), moved) == [f"LK301 app_state tests/test_p.py colour test {P}"]


def test_without_rules_everything_counts() -> None:
    found = judged()
    assert (found.tripped, found.findings, found.gate.remarks) == (True, (finding(),), ())


@pytest.mark.parametrize(
    ("rule", "ignored"),
    [
        ({"kind": "app_state"}, True),
        ({"kind": "app_*", "owner": "shop.*", "key": "col*r"}, True),
        ({"kind": "environ"}, False),
        ({"owner": "shop.admin:app"}, False),
        ({"key": "shape"}, False),
        ({"test": "tests/test_p.py::*"}, True),
        ({"test": V}, True),
        ({"test": Q}, False),
        ({"file": "tests/test_p.py"}, True),
        ({"file": "tests/test_v.py"}, True),
        ({"file": "tests/test_q.py"}, False),
        ({"kind": "app_state", "test": Q}, False),
        ({"kind": "app_state", "until": date(2030, 6, 15)}, True),
        ({"kind": "app_state", "until": date(2030, 6, 14)}, False),
    ],
    ids=str,
)
def test_a_rule_excuses_who_leaks_or_who_suffers(rule: dict[str, object], ignored: bool) -> None:
    found = judged(Ignore("ticket 12", origin="the rule", **rule))  # type: ignore[arg-type]
    assert found.findings[0].ignored == ("ticket 12" if ignored else "")
    assert found.tripped is not ignored


def test_a_rule_for_one_of_two_polluters_excuses_nothing() -> None:
    rule = Ignore("r", test=P)
    assert judged(rule, by=leak(CALLED, P, Q)).tripped
    assert not judged(rule, Ignore("s", test=Q), by=leak(CALLED, P, Q)).tripped


def test_the_file_of_a_fixture_counts_as_its_place() -> None:
    assert not judged(Ignore("r", file="tests/conftest.py"), by=leak(FIXED, P, Q)).tripped


def test_a_rule_about_state_says_nothing_of_findings_without() -> None:
    flaky = finding("LK401", (P,), None)
    assert judged(Ignore("r", kind="*a*"), found=flaky).findings[0].ignored == ""
    assert judged(Ignore("r", test=P), found=flaky).findings[0].ignored == "r"


def test_unused_and_expired_rules_are_told() -> None:
    rules = (
        Ignore("used", key="colour", origin="f, ignore rule 1"),
        Ignore("unused", kind="environ", test="x", origin="f, ignore rule 2"),
        Ignore("old", key="colour", until=date(2030, 1, 31), origin="f, ignore rule 3"),
    )
    assert judged(*rules).gate.remarks == (
        "f, ignore rule 3 has expired on 2030-01-31, so it counts no longer (key colour; old)",
        "f, ignore rule 2 ignores nothing that this audit found: kind environ, test x",
    )


def test_an_audit_that_is_not_complete_does_not_call_a_rule_unused() -> None:
    assert judged(Ignore("r", key="x", origin="f"), partial=("its profile is quick",)).gate.remarks == ()


# The baseline ---------------------------------------------------------------------------------------------------


def known(*of: tuple[Finding, Leak]) -> Baseline:
    found = [entry.line for each, by in of for entry in entries_of(each, {by.id: by})]
    return extended_baseline(Baseline(), found, "tests")


def test_what_is_known_does_not_count() -> None:
    found = judged(baseline=known((finding(), leak())))
    assert (found.tripped, found.findings[0].known) == (False, True)
    assert (found.gate.baseline, found.gate.fixed) == ("known.txt", ())


@pytest.mark.parametrize(
    ("found", "by"),
    [
        (finding(tests=(V, W)), leak(victims=(V, W))),
        (finding(), leak(CALLED, P, Q)),
        (finding(), replace(leak(), location=replace(PLACE, key="shape"))),
        (finding("LK103", (P,)), leak()),
    ],
    ids=["new victim", "new polluter", "new location", "new sort"],
)
def test_what_is_worse_counts(found: Finding, by: Leak) -> None:
    got = judged(found=found, by=by, baseline=known((finding(), leak())))
    assert got.tripped
    assert 1 <= len(got.findings[0].new) <= 2


def test_lines_of_code_may_move() -> None:
    moved = leak(replace(CALLED, line=99))
    assert not judged(found=replace(finding(), line=99), by=moved, baseline=known((finding(), leak()))).tripped


def test_another_test_that_uses_a_known_fixture_is_known() -> None:
    before = known((finding(), leak(FIXED, P)))
    assert not judged(by=leak(FIXED, P, Q), baseline=before).tripped


def test_what_is_fixed_is_told() -> None:
    before = known((finding(tests=(V, W)), leak()))
    assert judged(baseline=before).gate.fixed == (f"LK101 app_state shop.main:app colour victim {W}",)


def test_an_audit_that_is_not_complete_tells_nothing_fixed() -> None:
    before = known((finding(tests=(V, W)), leak()))
    gate = judged(baseline=before, partial=("its budget was spent",)).gate
    assert gate.fixed == ()
    assert gate.remarks == (
        "1 line of known.txt was not seen, but this audit cannot tell what is fixed: its budget was spent",
    )


# Marks ----------------------------------------------------------------------------------------------------------


def marked(test: str, mark: Mark) -> Suite:
    items = tuple(replace(item, marks=(mark,)) if item.id == test else item for item in SUITE.tests)
    return replace(SUITE, tests=items)


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("app_state", True),
        ("app_state shop.main:app colour", True),
        ("app_state *:app col*", True),
        ("environ", False),
        ("app_state shop.main:app shape", False),
    ],
)
def test_a_mark_excuses_its_own_test(text: str, ignored: bool) -> None:
    mark = Mark(P, (text,), "by design")
    found = judged(of=marked(P, mark))
    assert (found.findings[0].ignored, found.tripped) == ("by design" if ignored else "", not ignored)
    assert bool(found.gate.remarks) is not ignored
    assert judged(of=marked(Q, mark)).tripped


def test_what_is_wrong_with_marks_is_told_with_their_place() -> None:
    marks = (
        Mark(P, wrong='ignore needs a reason: reason="..."'),
        Mark(P, ("app_stat", 'a "b', "app_state a b c", ""), "r"),
    )
    items = tuple(replace(item, marks=marks) for item in SUITE.tests[:2])
    assert wrong_marks(replace(SUITE, tests=items)) == (
        f'{P}: ignore needs a reason: reason="..."',
        f"{P}: ignore='app_stat': app_stat is no kind of state and no hazard; did you mean app_state?",
        f"{P}: ignore='a \"b': what begins at column 3 is neither a word nor a quoted text",
        f"{P}: ignore='app_state a b c': a kind, or kind, owner and key with blanks between are expected",
        f"{P}: ignore='': a kind, or kind, owner and key with blanks between are expected",
    )
