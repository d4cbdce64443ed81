"""What tests open and leave open."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator

import pytest

from hazards.seen import line
from leakcheck.hazards.still_open import SERVER, SOCKET, StillOpen
from leakcheck.records import Source


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_what_is_open_is_told_once_and_to_its_test(server: socket.socket) -> None:
    known = StillOpen()
    known.opened(SERVER, server, line(3), "test_a")
    assert list(known.left("test_b")) == [], "it belongs to a run that nobody records"
    known.opened(SERVER, server, line(3), "test_a")
    known.opened(SERVER, server, line(3), "test_a")
    assert list(known.left("test_a")) == [(SERVER, line(3))]
    assert list(known.left("test_a")) == []


def test_what_is_closed_or_gone_is_not() -> None:
    known = StillOpen()
    closed, gone = socket.socket(), socket.socket()
    known.opened(SOCKET, closed, line(1), "test_a")
    known.opened(SOCKET, gone, line(2), "test_a")
    closed.close()
    gone.close()
    del gone
    gc.collect()
    assert list(known.left("test_a")) == []


@pytest.mark.parametrize(
    "source", [None, line(1, phase="import"), Source("tests/conftest.py", 1, "f", "setup", "server", "module")]
)
def test_wider_fixtures_and_imports_may_leave_it_open(source: Source | None, server: socket.socket) -> None:
    known = StillOpen()
    known.opened(SERVER, server, source, "test_a")
    assert list(known.left("test_a")) == []


def test_a_thread_does_what_the_line_does_that_started_it() -> None:
    known, found = StillOpen(), list[Source | None]()

    class Scene:
        def source(self) -> Source:
            return line(7)

    def look() -> None:
        found.append(known.starter(Scene()))  # type: ignore[arg-type]

    thread, stranger = threading.Thread(target=look), threading.Thread(target=look)
    known.starting(thread, line(4), "test_a")
    known.starting(stranger, None, "test_a")
    for each in (thread, stranger):
        each.start()
        each.join()
    look()
    assert found == [line(4), None, line(7)]
