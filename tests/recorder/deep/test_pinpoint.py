"""The line of the project that changed something; none where nobody of the project was at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from types import CodeType
from typing import Any

from leakcheck.probes import Items
from leakcheck.recorder.comparing import differ
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


COROUTINES = """
import asyncio

async def waits():
    await asyncio.ensure_future(put_later())

async def outer():
    pass
    await waits()
    pass
"""


def test_what_an_event_loop_does_meanwhile_is_told_of_the_line_that_waits() -> None:
    """The task is the library's, and no line of the project stands above it."""

    def run(names: dict[str, Any]) -> None:
        async def put_later() -> None:
            names["put"](1)

        names["put_later"] = put_later
        exec(compile(COROUTINES, "project.py", "exec"), names)
        asyncio.run(names["outer"]())

    assert changes(run) == [("waits", 5)]


# A container that is too wide to be read after every line ---------------------------------------------------------

WIDE = """
def writes_all():
    for key in names:
        value = object()
        wide[key] = value

def writes_one():
    for key in names:
        if key == 4321:
            wide[key] = object()

def writes_late():
    for key in names:
        value = new(key)
        wide[key] = value

def writes_all_and_another():
    writes_all()
    wide[7] = object()
"""
MANY = 5_000


def wide_changes(function: str) -> tuple[set[tuple[str, int]], tuple[str, int], int]:
    """Function and line of all changes and of the last that `function` makes, and how often everything was read."""
    same = object()
    wide: dict[int, Any] = dict.fromkeys(range(MANY), same)
    late = {key: object() if key >= MANY // 2 else same for key in wide}
    names: dict[str, Any] = {"names": range(MANY), "wide": wide, "new": late.__getitem__}
    exec(compile(WIDE, "project.py", "exec"), names)
    found: list[tuple[str, int]] = []
    reads = count()

    def read() -> Items:
        next(reads)
        return Items(wide.values())

    def changed(location: Location, code: CodeType, line: int) -> None:
        found.append((code.co_name, line))

    pinpoint = Pinpoint([(PLACE, read)], lambda file: file == "project.py", differ, changed)
    pinpoint.start()
    try:
        names[function]()
    finally:
        pinpoint.stop()
    return set(found), found[-1], next(reads)


def test_a_loop_over_a_wide_container_is_told_by_its_line_with_few_reads() -> None:
    lines, last, reads = wide_changes("writes_all")
    assert (lines, last) == ({("writes_all", 5)}, ("writes_all", 5))
    assert reads < 100


def test_a_line_that_runs_once_in_a_long_loop_is_told() -> None:
    lines, _, reads = wide_changes("writes_one")
    assert lines == {("writes_one", 10)}
    assert reads < 100


def test_a_loop_that_begins_to_write_late_is_told_by_its_line() -> None:
    """What the first thousands of rounds put there was there before."""
    lines, last, reads = wide_changes("writes_late")
    assert (lines, last) == ({("writes_late", 15)}, ("writes_late", 15))
    assert reads < 200


def test_the_last_of_several_lines_is_told_last() -> None:
    lines, last, _ = wide_changes("writes_all_and_another")
    assert lines == {("writes_all", 5), ("writes_all_and_another", 19)}
    assert last == ("writes_all_and_another", 19)


def test_what_is_added_later_is_followed_and_what_is_dropped_is_not_even_read() -> None:
    values, reads = {"a": 1, "b": 1}, list[str]()
    names: dict[str, Any] = {"values": values}
    exec(
        compile("def writes():\n    values['a'] += 1\n    values['b'] += 1\n    return 0\n", "project.py", "exec"),
        names,
    )
    found: list[tuple[str, int]] = []
    places = {name: Location("fixture_values", "session fixture body", name) for name in values}

    def reader(name: str) -> Callable[[], Any]:
        def read() -> Any:
            reads.append(name)
            return values[name]

        return read

    def changed(location: Location, code: CodeType, line: int) -> None:
        found.append((location.key, line))

    pinpoint = Pinpoint([(places["a"], reader("a"))], lambda file: file == "project.py", differ, changed)
    pinpoint.add([(places["b"], reader("b"))])
    pinpoint.start()
    try:
        names["writes"]()
        pinpoint.drop(lambda location: location.key == "a")
        reads.clear()
        names["writes"]()
    finally:
        pinpoint.stop()
    assert found == [("a", 2), ("b", 3), ("b", 3)]
    assert set(reads) == {"b"}
