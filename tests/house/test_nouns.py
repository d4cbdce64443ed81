"""Numbers and their nouns: one helper, used everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import leakcheck
from leakcheck.nouns import agreeing, plural

SOURCES = sorted(Path(leakcheck.__file__).parent.rglob("*.py"))
BY_HAND = re.compile(r"""(["'])s\1 (if|\*) |(["'])\3 if [^"]*== 1 else (["'])s\4""")
COUNTED = re.compile(r"\{(?:len|sum)\([^{}]*\}(?: more)? [a-z]+s\b")
ABOUT_NO_NUMBER = ("characters,", "characters)", "} bytes", "tests are called like")


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (1_200, "1,200 tests")]
)
def test_a_number_and_its_noun(number: int, told: str) -> None:
    assert plural(number, "test") == told


def test_other_plurals() -> None:
    assert [plural(number, "test fails", "tests fail") for number in (1, 2)] == ["1 test fails", "2 tests fail"]
    assert [agreeing(number, "was", "were") for number in (0, 1, 2)] == ["were", "was", "were"]


def test_nobody_makes_plurals_by_hand() -> None:
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if BY_HAND.search(line)
        or (COUNTED.search(line) and "plural(" not in line and not any(each in line for each in ABOUT_NO_NUMBER))
    ]
    assert found == []
