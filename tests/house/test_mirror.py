"""Tests stand where the source stands that they test."""

from __future__ import annotations

from pathlib import Path

import leakcheck

PACKAGE = Path(leakcheck.__file__).parent
TESTS = Path(__file__).parents[1]
NO_ROOM = frozenset({"acceptance", "browser", "ci", "faults", "generator", "house"})
"""Of whole suites, the page in a browser, what users copy, failures, and the house itself."""


def folders(of: Path) -> set[str]:
    """Packages below `of`, by their paths."""
    return {found.parent.relative_to(of).as_posix() for found in of.rglob("__init__.py") if found.parent != of}


def test_each_folder_of_tests_is_one_of_the_source() -> None:
    mirroring = {name for name in folders(TESTS) if name.partition("/")[0] not in NO_ROOM}
    assert mirroring - folders(PACKAGE) == set()


def test_each_room_has_tests() -> None:
    rooms = {name for name in folders(PACKAGE) if "/" not in name}
    assert {name for name in rooms if not list((TESTS / name).rglob("test_*.py"))} == set()


def test_no_test_lies_about() -> None:
    assert sorted(TESTS.glob("test_*.py")) == []
