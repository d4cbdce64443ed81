"""What came into a list or went out of it is told by its place, wherever that is."""

from __future__ import annotations

import pytest

from leakcheck.probes import Items
from leakcheck.recorder.comparing import listed_otherwise
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter

CAMERA = Snapshotter(Redactor("salt"), lambda module: True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ab", "abc", ["[2] absent → 'c'"]),
        ("ab", "cab", ["[0] absent → 'c'"]),
        ("ab", "acb", ["[1] absent → 'c'"]),
        ("abc", "ac", ["[1] 'b' → absent"]),
        ("abc", "axc", ["[1] 'b' → 'x'"]),
        ("abcd", "dcxba", ["[2] absent → 'x'"]),
        ("abc", "cab", ["[0] 'a' → 'c'", "[1] 'b' → 'a'", "[2] 'c' → 'b'"]),
        ("", "abcdefg", [f"[{place}] absent → {letter!r}" for place, letter in enumerate("abcde")]),
        ("aab", "ab", ["[1] 'a' → absent"]),
        ("ab", "ab", []),
    ],
)
def test_items(old: str, new: str, told: list[str]) -> None:
    rows = listed_otherwise(CAMERA, Items(old), Items(new))
    assert [f"{row.path} {row.before} → {row.after}" for row in rows] == told


def test_long_lists_are_compared_by_place_alone() -> None:
    old = [f"{number} of the old" for number in range(500)]
    new = [f"{number} of the new" for number in range(500)]
    rows = list(listed_otherwise(CAMERA, Items(old), Items(new)))
    assert [row.path for row in rows] == [f"[{place}]" for place in range(5)]


@pytest.mark.parametrize(
    ("items", "name", "shown"),
    [
        (("x", "--token", "abc", "y"), "argv", False),
        (("abc", "x", "y", "z"), "TOKENS", False),
        (("abc",), "x", True),
    ],
)
def test_secrets_in_lists_are_digests(items: tuple[str, ...], name: str, shown: bool) -> None:
    rows = list(listed_otherwise(CAMERA, Items(), Items(items), name))
    assert ("'abc'" in [row.after for row in rows]) is shown


def test_what_is_no_list_has_no_items() -> None:
    assert list(listed_otherwise(CAMERA, (), Items("a"))) == []
