"""Whom `leakcheck explain` can tell about, where nobody was named."""

from __future__ import annotations

import io

from leakcheck.records import Result
from leakcheck.reports.terminal.explainable import MOST, render_explainable
from leakcheck.reports.terminal.page import console_for
from reports import samples
from reports.large import large


def told(found: Result) -> list[str]:
    stream = io.StringIO()
    render_explainable(found, console_for(stream))
    return stream.getvalue().splitlines()


def test_the_hurt_and_those_who_leak_are_listed_each_once() -> None:
    lines = told(samples.shop())
    hurt, leaking = lines.index("Tests whose outcome is in question"), lines.index("Other tests that leak")
    assert "  victim          tests/test_wishlist.py::test_wishlist_needs_a_login" in lines[hurt:leaking]
    assert "  L4   tests/test_promotions.py::test_flash_sale_price" in lines[leaking:]
    ids = [word for line in lines[:-1] for word in line.split() if "::" in word]
    assert len(ids) == len(set(ids))
    assert lines[-1].startswith("Next: leakcheck explain test_")


def test_of_many_the_first_are_listed_and_the_rest_counted() -> None:
    lines = told(large(400, 20, 50))
    assert sum(line.startswith("  victim") for line in lines) == MOST
    assert sum(line.startswith("  + ") for line in lines) >= 1


def test_where_nobody_depends_on_others_any_test_can_be_named() -> None:
    found = samples.result((samples.verdict("tests/test_a.py::test_x"),))
    assert told(found) == [
        "Name a test, or a part of its id that no other test has.",
        "None of 1 test depends on others or leaks.",
        "",
        "Next: leakcheck explain test_x",
    ]


def test_a_suite_without_tests_has_nothing_to_explain() -> None:
    assert told(samples.result())[-1] == "None of 0 tests depends on others or leaks."
