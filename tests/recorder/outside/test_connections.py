"""Servers that a process is connected to, as its descriptors tell."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from leakcheck.recorder.outside.connections import Peers


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def test_a_connection_is_told_once(server: socket.socket) -> None:
    peers = Peers()
    peers.new()
    with socket.create_connection(server.getsockname()):
        assert peers.new() == [server.getsockname()]
        assert peers.new() == []
    assert peers.new() == []


def test_one_that_takes_the_place_of_another_is_told(server: socket.socket) -> None:
    peers = Peers()
    for _ in range(2):
        with socket.create_connection(server.getsockname()):
            assert server.getsockname() in peers.new()
        assert peers.new() == []


def test_a_quick_look_sees_what_was_opened(server: socket.socket) -> None:
    peers = Peers()
    peers.begin()
    peers.new()
    with socket.create_connection(server.getsockname()):
        assert peers.new(quick=True) == [server.getsockname()]
        assert peers.new(quick=True) == []


def test_a_test_may_close_what_is_counted_by(server: socket.socket) -> None:
    peers = Peers()
    peers.begin()
    counter = peers._counter
    if not counter.number():
        pytest.skip("nothing is counted here")
    peers.new()
    os.close(counter._folder)
    with closing(os.fdopen(os.open(os.devnull, os.O_RDONLY))) as other:
        assert other.fileno() == counter._folder
        assert counter.number() == 0
        with socket.create_connection(server.getsockname()):
            assert peers.new(quick=True) == [server.getsockname()]
        peers.begin()
        assert os.fstat(other.fileno())
        assert counter.number() > 0


def test_what_leads_nowhere_is_not_told(server: socket.socket) -> None:
    """Pairs, listening sockets, datagrams, sockets that are not connected."""
    peers = Peers()
    peers.new()
    first, second = socket.socketpair()
    with first, second, closing(socket.socket()), closing(socket.socket(type=socket.SOCK_DGRAM)) as datagrams:
        datagrams.connect(("127.0.0.1", 9))
        assert peers.new() == []


def test_with_a_default_time_limit_no_socket_is_touched(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To look at a socket would make it one that does not block, for its owner too."""
    peers = Peers()
    peers.new()
    with socket.create_connection(server.getsockname()) as connection:
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(5.0)
        try:
            assert peers.new() == []
        finally:
            socket.setdefaulttimeout(before)
        assert connection.getblocking()
