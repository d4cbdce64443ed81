"""Lines around the line that wrote, from the project's own Python files and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.records import Excerpt, Source
from leakcheck.workspace.excerpts import AROUND, MAX_BYTES, MAX_COLUMNS, excerpts_of

LINES = tuple(f"line {number}" for number in range(1, 31))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "a.py").write_text("\n".join(LINES), "utf-8")
    (tmp_path / "outside.py").write_text("secret\n", "utf-8")
    return root


def source(file: str = "tests/a.py", line: int = 10) -> Source:
    return Source(file, line, "f", "call")


def test_the_lines_around_are_read(root: Path) -> None:
    (found,) = excerpts_of(str(root), [source()])
    assert found == Excerpt("tests/a.py", 10 - AROUND, LINES[9 - AROUND : 10 + AROUND])
    assert found.shows("tests/a.py", 10)
    assert not found.shows("tests/a.py", 10 + AROUND + 1)
    assert not found.shows("tests/b.py", 10)


def test_at_the_ends_of_a_file_there_are_fewer(root: Path) -> None:
    first, last = excerpts_of(str(root), [source(line=30), source(line=1)])
    assert (first.first, first.lines) == (1, LINES[: 1 + AROUND])
    assert last.lines == LINES[29 - AROUND :]


def test_each_line_is_read_once(root: Path) -> None:
    assert len(excerpts_of(str(root), [source(), source(), source(line=11)])) == 2


@pytest.mark.parametrize(
    "wrote",
    [
        source(line=31),
        source(line=0),
        source("tests/missing.py"),
        source("../outside.py", 1),
        source("tests"),
        source("pyproject.toml", 1),
        source("a\0.py", 1),
        source("", 1),
    ],
    ids=["behind the end", "no line", "missing", "outside", "folder", "no Python", "no name", "empty"],
)
def test_what_is_no_line_of_the_project_is_left_out(root: Path, wrote: Source) -> None:
    (root / "pyproject.toml").write_text("[tool]\n", "utf-8")
    assert excerpts_of(str(root), [wrote]) == ()


def test_links_that_lead_outside_are_not_followed(root: Path) -> None:
    (root / "link.py").symlink_to(root.parent / "outside.py")
    assert excerpts_of(str(root), [source("link.py", 1)]) == ()


def test_huge_files_and_long_lines_are_cut_off(root: Path) -> None:
    (root / "huge.py").write_bytes(b"x" * (MAX_BYTES + 1))
    (root / "long.py").write_text("y" * 5_000, "utf-8")
    (only,) = excerpts_of(str(root), [source("huge.py", 1), source("long.py", 1)])
    assert only.lines == ("y" * MAX_COLUMNS,)


def test_bytes_that_are_no_text_do_no_harm_and_form_feeds_end_no_line(root: Path) -> None:
    (root / "odd.py").write_bytes(b"a\x0cb\r\n\xff\n")
    (found,) = excerpts_of(str(root), [source("odd.py", 2)])
    assert found.lines[:2] == ("a\x0cb", "\ufffd")
