"""Figures that the pages repeat are those that were measured: each has one place that it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TRIALS = ROOT / "trials/results"
PATCH = ROOT / "tests/acceptance/golden/shared_app.patch"
TELLING_COST = ("README.md", "docs/planning.md", "docs/comparison.md")
COMPARING = ("README.md", "docs/comparison.md")


def trials() -> Mapping[str, Mapping[str, Any]]:
    """What the trials of public projects have measured, by project."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in TRIALS.glob("*.json")}


def rows(page: str) -> Iterator[list[str]]:
    """The cells of every row of every table of a page."""
    for line in (ROOT / page).read_text("utf-8").splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def times(found: Mapping[str, Any]) -> float:
    return float(found["audit_seconds"] / found["plain_seconds"])


def test_the_costs_of_the_readme_are_those_of_the_trials() -> None:
    known = trials()
    told = [row for row in rows("README.md") if len(row) == 6 and row[1] in known]
    assert len(told) == 3
    for _, name, tests, plain, audit, ratio in told:
        found = known[name]
        spent = " (budget spent)" if found["budget_exhausted"] else ""
        seconds = f"{found['plain_seconds']:.0f} s", f"{found['audit_seconds']:.0f} s{spent}"
        assert (tests, plain, audit, ratio) == (f"{found['tests']:,}", *seconds, f"{times(found):.1f}")


@pytest.mark.parametrize("page", TELLING_COST)
def test_the_range_is_that_of_the_trials(page: str) -> None:
    ratios = sorted(map(times, trials().values()))
    text = " ".join((ROOT / page).read_text("utf-8").split())
    told = re.findall(r"(\d+) (?:to|and) (\d+) (?:times|plain runs)", text)
    assert set(told) == {(f"{ratios[0]:.0f}", f"{ratios[-1]:.0f}")}
    assert set(re.findall(r"(\d+) public projects", text)) <= {str(len(ratios))}


@pytest.mark.parametrize("page", COMPARING)
def test_tools_are_compared_by_what_the_benchmarks_say(page: str) -> None:
    measured = {row[0].split(",")[0]: (row[1], *row[4:7]) for row in rows("docs/benchmarks.md") if len(row) == 7}
    told = {re.split(r"[ ,]", row[0])[0]: tuple(row[1:]) for row in rows(page) if len(row) == 5}
    compared = {name: figures for name, figures in told.items() if name in measured and "of" in figures[1]}
    assert len(compared) == 3
    assert compared == {name: measured[name] for name in compared}


def test_the_fix_in_the_readme_is_what_leakcheck_wrote() -> None:
    (shown,) = re.findall(r"```diff\n(.*?)```", README, re.DOTALL)
    assert shown in PATCH.read_text("utf-8")


def test_the_readme_is_read_in_three_minutes() -> None:
    prose = re.sub(r"```.*?```|^\|.*?$|<!--.*?-->|\]\([^)]*\)", "", README, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) <= 520


def test_every_page_that_the_readme_links_to_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)", README)
    assert len(linked) > 10
    assert [name for name in linked if not (ROOT / name).exists()] == []
