"""The line of the project that changed something; none where nobody of the project was at work."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from leakcheck.recorder.deep.pinpoint import Pinpoint
from leakcheck.records import Location

PLACE = Location("module_globals", "shop", "prices")
LIBRARY = """
def put(number):
    prices.append(number)

def later(function):
    function()
    put(2)
"""
PROJECT = """
def writes():
    prices.append(1)

def calls():
    put(1)
    pass

def reads():
    return len(prices)
"""


def changes(run: Callable[[dict[str, Any]], None]) -> list[tuple[str, int]]:
    """Function and line of every change that `run` makes with the functions above."""
    names: dict[str, Any] = {"prices": []}
    exec(compile(LIBRARY, "library.py", "exec"), names)
    exec(compile(PROJECT, "project.py", "exec"), names)
    found: list[tuple[str, int]] = []

    def changed(location: Location, code: CodeType, line: int) -> None:
        found.append((code.co_name, line))

    pinpoint = Pinpoint(
        [(PLACE, lambda: list(names["prices"]))],
        lambda file: file == "project.py",
        lambda old, new: bool(old != new),
        changed,
    )
    pinpoint.start()
    try:
        run(names)
    finally:
        pinpoint.stop()
    return found


def reads_and_puts(names: dict[str, Any]) -> None:
    names["reads"]()
    names["put"](2)
    names["reads"]()


def test_a_line_that_writes_and_one_that_has_it_written() -> None:
    assert changes(lambda names: names["writes"]()) == [("writes", 3)]
    assert changes(lambda names: names["calls"]()) == [("calls", 6)]


def test_what_others_write_when_the_project_has_returned_is_nobodys_line() -> None:
    """As the set-up of a fixture of a plugin, behind one of the project."""
    assert changes(lambda names: names["later"](names["reads"])) == []
    assert changes(reads_and_puts) == []
    assert changes(lambda names: names["later"](names["writes"])) == [("writes", 3)]
