"""Hazards among the findings: severities that people choose, ignore rules, marks and the baseline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import execution, suite
from hazards.seen import line, run
from leakcheck.analysis import GateInput, derive, parse_baseline
from leakcheck.options import Ignore
from leakcheck.records import Cost, Mark, Result, Sighting

KEY, OWNER = "shop.auth:get_user", "shop.main:app"
LINE = f"LK501 dependency_overrides {OWNER} {KEY}"
TEST = "test_a.py::a"


def result(case: GateInput, fixture: str | None = None, marks: tuple[Mark, ...] = ()) -> Result:
    sighting = Sighting("LK501", "nobody", OWNER, KEY, line(7, fixture), (), ("/me",))
    tests = suite("a", "b")
    tests = replace(tests, tests=tuple(replace(each, marks=marks) for each in tests.tests))
    made = execution("declared", run("a", sighting), run("b"))
    cost = Cost(0, 0, 0, 0, 0, 0)
    return derive(tests, (made,), cost=cost, leakcheck="1", engine="fork", lanes=1, case=case)


def test_they_are_notes_and_the_suite_is_clean() -> None:
    found = result(GateInput())
    assert [(each.code, each.severity) for each in found.findings] == [("LK501", "note")]
    assert (found.verdict, found.exit_code) == ("clean", 0)


def test_the_gate_heeds_another_severity() -> None:
    found = result(GateInput(severities={"LK501": "error"}))
    assert [each.severity for each in found.findings] == ["error"]
    assert found.exit_code == 1
    assert result(GateInput(severities={"LK502": "error"})).exit_code == 0


@pytest.mark.parametrize(
    "rule",
    [
        Ignore("r", code="LK501"),
        Ignore("r", code="LK5*"),
        Ignore("r", kind="dependency_overrides"),
        Ignore("r", owner=OWNER, key="*get_user"),
        Ignore("r", test="*::a"),
        Ignore("r", file="tests/*"),
    ],
)
def test_rules_fit(rule: Ignore) -> None:
    (found,) = result(GateInput(rules=(rule,))).findings
    assert found.ignored == "r"


@pytest.mark.parametrize("rule", [Ignore("r", code="LK502"), Ignore("r", kind="app_state"), Ignore("r", test="*b")])
def test_others_do_not(rule: Ignore) -> None:
    (found,) = result(GateInput(rules=(rule,))).findings
    assert found.ignored == ""


@pytest.mark.parametrize("text", ["LK501", f"LK501 {OWNER}", "dependency_overrides"])
def test_marks_take_codes(text: str) -> None:
    (found,) = result(GateInput(), marks=(Mark(TEST, (text,), "meant"),)).findings
    assert found.ignored == "meant"


@pytest.mark.parametrize(
    ("fixture", "text"), [(None, f"{LINE} test {TEST}"), ("user", f"{LINE} fixture tests/test_a.py::user")]
)
def test_the_baseline_knows_them(fixture: str | None, text: str) -> None:
    (new,) = result(GateInput(baseline=parse_baseline("")), fixture).findings
    assert new.new == (text,)
    known = result(GateInput(fail_on="note", baseline=parse_baseline(f"{text}\n")), fixture)
    assert [each.known for each in known.findings] == [True]
    assert known.exit_code == 0
