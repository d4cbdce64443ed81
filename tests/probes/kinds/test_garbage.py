"""Garbage: what waits for the collector is counted by what it is, and collected without a word."""

from __future__ import annotations

import gc
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from leakcheck.probes.kinds.garbage import Probe


@pytest.fixture(autouse=True)
def at_rest() -> Iterator[None]:
    """Only the probe collects."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def work() -> None:
    """Is never awaited."""


def dropped(made: object) -> None:
    cycle: list[Any] = [made]
    cycle.append(cycle)


MAKERS: dict[str, Callable[[Path], object]] = {
    "open file": lambda path: path.open(),
    "open socket": lambda path: socket.socket(),
    "open connection": lambda path: sqlite3.connect(":memory:"),
    "coroutine work": lambda path: work(),
}


@pytest.mark.parametrize("key", MAKERS)
def test_it_is_counted_and_a_collection_ends_it_without_a_word(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    path = tmp_path / "a"
    path.write_text("one")
    probe = Probe()
    before = probe.read()
    dropped(MAKERS[key](path))
    after = probe.read()
    place = "gc", key
    assert place in probe.candidates(before, after)
    assert after[place] == before.get(place, 0) + 1
    probe.put_back(*place, before.get(place))
    assert probe.read().get(place, 0) == before.get(place, 0)
    assert told == []
    assert sys.unraisablehook == told.append


def test_what_is_closed_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    before = Probe().read()
    with path.open() as stream:
        pass
    dropped(stream)
    assert Probe().read().get(("gc", "open file")) == before.get(("gc", "open file"))


def test_what_tells_when_it_dies_comes_before_what_may_have_held_it() -> None:
    probe = Probe()
    instance, file = ("gc", "instance of shop.Reply"), ("gc", "open file")
    assert list(probe.candidates({}, {instance: 1, file: 1})) == [file]
    assert list(probe.candidates({file: 1}, {instance: 1, file: 1})) == [instance]
    assert list(probe.candidates({instance: 2}, {instance: 1})) == []
