"""Hazards in the terminal: a line for each place, and what is the same of all of them once."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from leakcheck.records import Finding
from leakcheck.reports.terminal.hazards import hazards
from leakcheck.reports.terminal.page import emit
from reports import samples

WHY = "It blocks the loop."


def found(line: int, title: str) -> Finding:
    return Finding(
        "LK503",
        "warning",
        title,
        "tests/test_a.py",
        line,
        (f"tests/test_a.py::test_{line}",),
        None,
        "Await it.",
        why=WHY,
    )


def printed(*findings: Finding) -> str:
    stream = io.StringIO()
    pieces = hazards(replace(samples.result(), findings=findings))
    emit(Console(file=stream, width=80, highlight=False), pieces)
    return stream.getvalue()


def test_what_is_the_same_of_all_is_told_once() -> None:
    told = printed(*(found(line, "A client is called") for line in (3, 5, 8)))
    assert told.count(f"    A client is called. {WHY}\n") == 1
    assert told.index(WHY) < told.index("tests/test_a.py:3")
    assert all(f"tests/test_a.py:{line}" in told and f"test_{line}\n" in told for line in (3, 5, 8))


def test_what_differs_is_told_of_each() -> None:
    told = printed(found(3, "A client is called"), found(5, "A client is opened"), found(8, "A client is called"))
    assert told.count(WHY) == 3
    assert told.index("tests/test_a.py:5") < told.index("A client is opened") < told.index("tests/test_a.py:8")


def test_a_single_one_is_told_below_its_place() -> None:
    told = printed(found(3, "A client is called"))
    assert told.index("tests/test_a.py:3") < told.index(WHY)
