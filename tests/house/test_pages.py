"""Pages for those who change leakcheck name only files that there are, and every room has its row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakcheck

ROOT = Path(__file__).parents[2]
PACKAGE = Path(leakcheck.__file__).parent
PAGES = (
    "CONTRIBUTING.md",
    "README.md",
    "docs/architecture.md",
    "docs/security.md",
    "docs/formats.md",
    "docs/probes.md",
)
EXERCISE = re.compile(r"(?<=\n)## Add a kind of state.*?(?=\n## )", re.DOTALL)
"""Names files that are not there yet."""


def named(text: str) -> Iterator[str]:
    """Files in backticks, by paths as they stand in the package, in a room of it, or in the checkout."""
    yield from (name for name in re.findall(r"`((?:[\w-]+/)+[\w.-]+\.\w+)`", text) if "NAME" not in name)


def is_there(name: str) -> bool:
    places = (ROOT, PACKAGE, PACKAGE.parent, *(each for each in PACKAGE.iterdir() if each.is_dir()))
    return any((place / name).exists() for place in places)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page: str) -> None:
    names = list(named(EXERCISE.sub("", (ROOT / page).read_text("utf-8"))))
    assert [name for name in names if not is_there(name)] == []


def test_the_page_of_the_architecture_names_many() -> None:
    assert len(set(named((ROOT / "docs/architecture.md").read_text("utf-8")))) > 30


def test_every_room_has_its_row() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    told = {
        name for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    rooms = {each.stem for each in PACKAGE.iterdir() if each.is_dir() or each.suffix == ".py"}
    assert rooms - {"__init__", "__pycache__"} == told
