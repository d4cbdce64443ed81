"""What mends do for whom, in the words that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leakcheck.records import Edge, JointMend, Mend
from leakcheck.reports.wording.words import agreeing, clip, joined, listed, plural

HELPS = "A mend helps a test that other polluters hurt as well."
EXPOSES = "A mend exposes a brittle test that passes only behind that leak: from then on it fails in every order."


def effect(mend: Mend) -> str:
    """What a mend does for whom: "frees 5 tests, helps 2, exposes 1"."""
    freed = f"frees {plural(len(mend.frees), 'test')}" if mend.frees else "frees no test alone"
    helped = f"helps {len(mend.touches):,}" if mend.touches else ""
    return listed([freed, helped, f"exposes {len(mend.exposes):,}" if mend.exposes else ""])


def where(mend: Mend) -> str:
    """Where to mend, and what: `tests/conftest.py:41 fixture as_alice`."""
    spot = f"{mend.file}:{mend.line}" if mend.line else mend.file
    what = f" fixture {mend.fixture}" if mend.fixture else "" if mend.leaks else " (make what this test needs)"
    return clip(f"{spot}{what}")


def joint_sentence(joint: JointMend) -> str:
    """What the tests of `joint` need."""
    number = len(joint.tests)
    if not joint.mends:
        freed, them = plural(number, "test is", "tests are"), agreeing(number, "it", "them")
        return f"{freed} freed by no known mend: what hurts {them} has no known location."
    need = plural(number, "test needs", "tests need")
    if not joint.enough:
        return f"{need} {joined(joint.mends)} and more: something without a known location hurts too."
    return f"{need} {joined(joint.mends)} together."


def group_sentence(group: Sequence[str], edges: Iterable[Edge]) -> str:
    """What the tests of `group` do to one another, by the edges between them."""
    between = [edge for edge in edges if edge.test in group and not set(group).isdisjoint(edge.polluters)]
    effects = {edge.effect for edge in between if edge.confirmed}
    tests = plural(len(group), "test")
    if "breaks" not in effects and "enables" in effects:
        return f"{tests} help one another, in a circle: each passes only behind another of them."
    return f"{tests} {'hurt or help' if 'enables' in effects else 'hurt'} one another, in a circle."
