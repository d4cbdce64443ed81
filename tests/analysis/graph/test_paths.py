"""Paths of several who have left a value, as one list."""

from __future__ import annotations

from leakcheck.analysis.graph.paths import MAX_PATHS, joined_paths, the_one
from leakcheck.records import PathChange

FIRST, SAME_PLACE, OTHER = PathChange("[0]", "1", "2"), PathChange("[0]", "1", "3"), PathChange("[1]", "a", "b")


def test_each_path_is_told_once_as_the_first_has_left_it() -> None:
    assert joined_paths([(FIRST,), (SAME_PLACE, OTHER)]) == (FIRST, OTHER)
    assert joined_paths([(PathChange(f"[{each}]", "", ""),) for each in range(2 * MAX_PATHS)])[-1].path == "[19]"


def test_one_path_stands_for_the_value_and_several_do_not() -> None:
    assert the_one((FIRST,), "x", "y") == FIRST
    assert the_one((FIRST, OTHER), "x", "y") == PathChange("", "x", "y")
