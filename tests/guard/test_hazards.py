"""Hazards of a guarded run: what travels with reports, and what is told of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.made import change, name
from hazards.seen import line, run
from leakcheck.guard.hazards import ATTRIBUTE, Gathered, SeenOf
from leakcheck.guard.hazards_told import failing, judged, lines_of, runs_all
from leakcheck.guard.wanted import Wanted
from leakcheck.options import GuardMode, Ignore, Judging, Options
from leakcheck.records import Finding, Location, Mark, Sighting

OPENED = Sighting("LK508", "client", "", "", line(9))
UNUSED = Sighting("LK501", "nobody", "shop:app", "shop:get_user", line(4), (), ("/me",))
LEFT = Sighting("LK507", "patcher", "", "get_user", line(2, phase="import"))


def report(test: str, seen: SeenOf | None = None) -> SimpleNamespace:
    carried = {} if seen is None else {ATTRIBUTE: seen.text()}
    return SimpleNamespace(nodeid=name(test), **carried)


def gathered(*reports: SimpleNamespace) -> Gathered:
    found = Gathered()
    for each in reports:
        found.add(each)
    return found


def told(
    *sightings: Sighting, judging: Judging | None = None, marks: tuple[Mark, ...] = (), of_all_tests: bool = True
) -> tuple[Finding, ...]:
    case = judging or Judging(baseline="no-such-file")
    seen = gathered(report("a", SeenOf(run("a", *sightings), marks)))
    return judged(seen.found(), seen.suite, case, of_all_tests=of_all_tests)


def wanted(mode: GuardMode = "fail") -> Wanted:
    return Wanted(mode, frozenset(), True, Judging(), Options())


def test_what_was_seen_comes_through_as_text() -> None:
    marks = (Mark("test_a.py::a", ("LK501",), "meant", ("test_a.py::b",)),)
    left = run("a", OPENED, changes=(change(),), reads=(Location("client_cookies", "client", "*"),))
    seen = SeenOf(left, marks, (LEFT,))
    assert seen.text().isascii()
    assert SeenOf.of(seen.text()) == seen


def test_a_test_of_which_nothing_was_seen_is_a_test_all_the_same() -> None:
    found = gathered(report("a", SeenOf(run("a", OPENED))), report("b"), report("b"))
    assert found.suite.ids == (name("a"), name("b"))
    assert [each.run.test for each in found.seen] == [name("a")]


def test_a_test_is_known_by_the_report_of_its_setup() -> None:
    reports = [SimpleNamespace(nodeid="test_a.py::b", when=when) for when in ("setup", "call", "teardown")]
    assert gathered(*reports).suite.ids == (name("b"),)


def test_what_the_imports_of_several_processes_leave_is_told_once() -> None:
    each = SeenOf(run("a"), before=(LEFT,))
    assert gathered(report("a", each), report("b", each)).suite.sightings == (LEFT,)


def test_a_run_of_some_tests_tells_nothing_that_others_may_disprove() -> None:
    assert [each.code for each in told(OPENED, UNUSED)] == ["LK501", "LK508"]
    assert [each.code for each in told(OPENED, UNUSED, of_all_tests=False)] == ["LK508"]


@pytest.mark.parametrize(
    ("args", "options", "whole"),
    [
        ([""], {}, True),
        (["", "test_a.py"], {}, False),
        (["test_a.py::a"], {}, False),
        ([""], {"keyword": "a"}, False),
        ([""], {"lf": True}, False),
    ],
)
def test_which_runs_run_all(args: list[str], options: dict[str, object], whole: bool, tmp_path: Path) -> None:
    (tmp_path / "test_a.py").touch()
    config = SimpleNamespace(args=[str(tmp_path / each) for each in args], option=SimpleNamespace(**options))
    assert runs_all(config) is whole  # type: ignore[arg-type]


def test_rules_marks_and_severities_are_heeded() -> None:
    (found,) = told(OPENED, judging=Judging(ignore=(Ignore("later", code="LK508"),), baseline="no-such-file"))
    assert found.ignored == "later"
    (found,) = told(OPENED, marks=(Mark(name("a"), ("LK508",), "meant"),))
    assert found.ignored == "meant"
    assert list(lines_of((found,), wanted())) == ["1 hazard ignored by rules and marks, or known to the baseline"]
    (found,) = told(OPENED, judging=Judging(severity={"LK508": "error"}, baseline="no-such-file"))
    assert found.severity == "error"
    assert failing((found,), wanted()) == [found]
    assert failing((found,), wanted("warn")) == []
    assert failing(told(OPENED), wanted()) == [], "a note"


def test_the_baseline_knows_them(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.txt"
    baseline.write_text(f"LK508 - - - test {name('a')}\n")
    assert [each.known for each in told(OPENED, judging=Judging(baseline=str(baseline)))] == [True]


def test_the_lines() -> None:
    found = told(OPENED, judging=Judging(severity={"LK508": "error"}, baseline="no-such-file"))
    first, spot, sentence, seen, fix, last = lines_of(found, wanted())
    assert first == "LK508 What is still open when its test is over"
    assert spot == "   tests/test_a.py:9  error"
    assert sentence.startswith("     A TestClient is opened and never closed. ")
    assert seen == f"     seen with {name('a')}"
    assert fix.startswith("   fix: ")
    assert last == "for 1 hazard of a severity that counts, this run ends with 1"
