"""What fixes do for whom, in the words that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leakcheck.records import Edge, Fix, JointFix
from leakcheck.reports.wording.words import agreeing, clip, joined, listed, plural

HELPS = "A fix helps a test that other polluters hurt as well."
EXPOSES = "A fix exposes a brittle test that passes only behind that leak: from then on it fails in every order."


def effect(fix: Fix) -> str:
    """What a fix does for whom: "frees 5 tests, helps 2, exposes 1"."""
    freed = f"frees {plural(len(fix.frees), 'test')}" if fix.frees else "frees no test alone"
    helped = f"helps {len(fix.touches):,}" if fix.touches else ""
    return listed([freed, helped, f"exposes {len(fix.exposes):,}" if fix.exposes else ""])


def where(fix: Fix) -> str:
    """Where to fix, and what: `tests/conftest.py:41 fixture as_alice`, `test_a.py:7 and 2 other lines`."""
    spot = f"{fix.file}:{fix.line}" if fix.line else fix.file
    if fix.lines > 1:
        return clip(f"{spot} and {plural(fix.lines - 1, 'other line')}")
    what = f" fixture {fix.fixture}" if fix.fixture else "" if fix.leaks else " (make what this test needs)"
    return clip(f"{spot}{what}")


def joint_sentence(joint: JointFix) -> str:
    """What the tests of `joint` need."""
    number = len(joint.tests)
    if not joint.fixes:
        freed, them = plural(number, "test is", "tests are"), agreeing(number, "it", "them")
        return f"{freed} freed by no known fix: what hurts {them} has no known location."
    need = plural(number, "test needs", "tests need")
    if not joint.enough:
        return f"{need} {joined(joint.fixes)} and more: something without a known location hurts too."
    return f"{need} {joined(joint.fixes)} together."


def group_sentence(group: Sequence[str], edges: Iterable[Edge]) -> str:
    """What the tests of `group` do to one another, by the edges between them."""
    between = [edge for edge in edges if edge.test in group and not set(group).isdisjoint(edge.polluters)]
    effects = {edge.effect for edge in between if edge.confirmed}
    tests = plural(len(group), "test")
    if "breaks" not in effects and "enables" in effects:
        return f"{tests} help one another, in a circle: each passes only behind another of them."
    return f"{tests} {'hurt or help' if 'enables' in effects else 'hurt'} one another, in a circle."
