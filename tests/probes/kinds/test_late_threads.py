"""Threads that end a moment later: seen at once, and waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from leakcheck.probes.kinds.late_threads import Probe


def works(until: threading.Event) -> None:
    until.wait(10)


@pytest.fixture
def until() -> Iterator[threading.Event]:
    found = threading.Event()
    yield found
    found.set()


def test_a_thread_is_told_as_soon_as_it_is_there(until: threading.Event) -> None:
    before = Probe().read()
    threading.Thread(target=works, args=(until,), daemon=True).start()
    (found,) = Probe().candidates(before, Probe().read())
    assert found == ("threading", f"{__name__}:works")
    assert Probe().candidates(Probe().read(), before) == []


def test_to_put_back_is_to_wait_for_its_end(until: threading.Event) -> None:
    thread = threading.Thread(target=works, args=(until,), daemon=True)
    thread.start()
    threading.Timer(0.05, until.set).start()
    Probe().put_back("threading", f"{__name__}:works", None)
    assert not thread.is_alive()


def test_what_does_not_end_is_not_waited_for_without_end(
    until: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leakcheck.probes.kinds.late_threads.PATIENCE", 2)
    thread = threading.Thread(target=works, args=(until,), daemon=True)
    thread.start()
    Probe().put_back("threading", f"{__name__}:works", None)
    assert thread.is_alive()
