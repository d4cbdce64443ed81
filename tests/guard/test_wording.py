"""A leak in words."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.guard.leaving import Left
from leakcheck.guard.page import lines_of
from leakcheck.guard.saying import as_error, errors_of_fixtures
from leakcheck.guard.wanted import Wanted
from leakcheck.options import GuardMode, Judging, Options
from leakcheck.probes import own
from leakcheck.records import Change, Location, Source

KINDS = own().kinds
LINE = Source("tests/test_a.py", 3, "test_a", "call")
LEFT = Left(
    "tests/test_a.py::test_a",
    Change(Location("environ", "os.environ", "MODE"), "absent", "secret #1", "x", sources=(LINE,)),
    accept="LK301 environ os.environ MODE test tests/test_a.py::test_a",
)
FIXTURE = Source("tests/conftest.py", 0, "", "setup", "mode", "module")
OF_FIXTURE = replace(
    LEFT,
    change=replace(LEFT.change, location=Location("cwd", "os", "cwd"), sources=(FIXTURE,)),
    fixture="tests/conftest.py::mode (module scope)",
    accept="LK301 cwd os cwd fixture mode",
)


def page(*left: Left, mode: GuardMode = "warn") -> list[str]:
    return list(lines_of(left, Wanted(mode, frozenset(), True, Judging(), Options()), KINDS))


def test_many_tests_through_one_line_are_one_entry() -> None:
    others = [replace(LEFT, by=f"tests/test_a.py::test_{name}") for name in "bc"]
    lines = page(LEFT, *others)
    assert lines[0] == "1. tests/test_a.py::test_a (and 2 other tests) leaves environment variable MODE changed"
    assert lines[1:3] == ["   absent -> secret #1", "   written at tests/test_a.py:3 in test_a, during the call"]
    assert len([line for line in lines if line[0].isdigit()]) == 1


def test_what_does_not_count_is_counted_only() -> None:
    lines = page(replace(LEFT, standing="known"), replace(LEFT, standing="ignored"), replace(LEFT, standing="warm"))
    assert lines == [
        "1 leak that leakcheck-baseline.txt knows is still there",
        "1 leak ignored by rules and marks",
    ]


def test_errors_have_said_it_already() -> None:
    assert page(LEFT, OF_FIXTURE, mode="fail") == ["2 leaks, each told as an error above"]


def test_an_error_tells_how_to_accept_it() -> None:
    text = as_error([LEFT], KINDS, "known.txt")
    assert text.startswith("test leaves environment variable MODE changed\n  absent -> secret #1\n  written at ")
    assert text.endswith(
        "To accept this, add to known.txt:\n"
        "  LK301 environ os.environ MODE test tests/test_a.py::test_a\n"
        'or mark the test: @pytest.mark.leakcheck(ignore=["environ"], reason="...")'
    )


def test_a_fixture_fails_under_its_own_name_and_no_line_is_made_up() -> None:
    (report,) = errors_of_fixtures([OF_FIXTURE], KINDS, "known.txt")
    assert (report.nodeid, report.when, report.failed) == (
        "tests/conftest.py::mode (module scope)",
        "teardown",
        True,
    )
    assert report.head_line == "fixture mode (module scope)"
    text = str(report.longrepr)
    assert "\n  in tests/conftest.py in fixture mode (module scope), during setup\n" in text
    assert "written at" not in text
    assert "or mark the test" not in text
