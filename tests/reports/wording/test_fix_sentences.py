"""What tests of a circle do to one another."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.records import Edge
from leakcheck.reports.wording.fix_sentences import group_sentence

GROUP = ("a", "b")


def edges(*effects: str) -> list[Edge]:
    pairs = zip((("a", "b"), ("b", "a")), effects, strict=True)
    return [Edge((one,), other, effect, None, (one, other), True, None, "") for (one, other), effect in pairs]  # type: ignore[arg-type]


def test_tests_that_hurt_or_help_are_told_apart() -> None:
    assert group_sentence(GROUP, edges("breaks", "breaks")) == "2 tests hurt one another, in a circle."
    helping = "2 tests help one another, in a circle: each passes only behind another of them."
    assert group_sentence(GROUP, edges("enables", "enables")) == helping
    assert group_sentence(GROUP, edges("breaks", "enables")) == "2 tests hurt or help one another, in a circle."
    others = replace(edges("breaks", "breaks")[0], polluters=("c",))
    assert group_sentence(GROUP, [*edges("enables", "enables"), others]) == helping, "what others do is no circle"
