"""What mends do for whom, in the words that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Sequence

from leakcheck.records import JointMend, Mend
from leakcheck.reports._words import clip, joined, listed, plural

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
    one = len(joint.tests) == 1
    tests, them = plural(len(joint.tests), "test"), "it" if one else "them"
    if not joint.mends:
        return f"{tests} {'is' if one else 'are'} freed by no known mend: what hurts {them} has no known location."
    if not joint.enough:
        return (
            f"{tests} need{'s' * one} {joined(joint.mends)} and more: something without a known location hurts too."
        )
    return f"{tests} need{'s' * one} {joined(joint.mends)} together."


def group_sentence(group: Sequence[str]) -> str:
    """What the tests of `group` do."""
    return f"{len(group):,} tests hurt one another, in a circle."
