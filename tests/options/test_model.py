"""Options survive the way to disk; a budget is what people mean by it."""

from __future__ import annotations

import pytest

from leakcheck.options import Ignore, Options, matches, parse_budget


def test_options_come_back_from_their_text() -> None:
    options = Options(
        paths=("a b", "c'd"), pytest_args=("-k", "x or y"), lanes=3, test_timeout=0.5, show_values=True
    )
    assert Options.from_text(options.as_text()) == options


def test_options_of_other_versions_are_read_as_far_as_they_are_known() -> None:
    assert Options.from_text({"random": "7", "colour": "red"}) == Options(random=7)


@pytest.mark.parametrize(
    ("text", "declared", "seconds"), [("20", 10.0, 200.0), ("20", 0.5, 120.0), ("0", 5.0, 0.0)]
)
def test_what_a_budget_allows(text: str, declared: float, seconds: float) -> None:
    budget, unit = parse_budget(text)
    assert Options(budget=budget, budget_unit=unit).budget_seconds(declared) == seconds
    assert Options(budget=budget, budget_unit=unit).wall == float("inf")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90.0), ("10m", 600.0), ("1h", 3600.0), ("1h30m", 5400.0), ("1.5h", 5400.0), ("1m30s", 90.0)],
)
def test_a_time_is_for_the_whole_audit(text: str, seconds: float) -> None:
    budget, unit = parse_budget(text)
    assert Options(budget=budget, budget_unit=unit).wall == seconds
    assert Options(budget=budget, budget_unit=unit).budget_seconds(1.0) == float("inf")


@pytest.mark.parametrize(
    "text", ["", "a lot", "-3", "nan", "inf", "s", "0s", "0h0m", "10 m", "30m1h", "1e3", "5d", "2ss", "m"]
)
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(ValueError, match="no budget"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True),
        ("tests/*", "tests/a/test_b.py::test_c[1]", True),
        ("tests/*", "more/tests/a", False),
        ("test_c[1]", "test_c[1]", True),
        ("test_c[1]", "test_c1", False),
        ("test_?", "test_a", True),
        ("test_?", "test_ab", False),
        ("a.b", "axb", False),
        ("a*", "a\nb", True),
    ],
)
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


def test_the_patterns_of_a_rule_are_those_that_name_something() -> None:
    assert Ignore("r", kind="environ", test="tests/*").patterns == {"kind": "environ", "test": "tests/*"}
