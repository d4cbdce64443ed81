from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from threading import Thread

import pytest

GO_AWAY = struct.pack("ii", 1, 0)  # a server that ends says no goodbye


@pytest.fixture
def warehouse() -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        serving = Thread(target=serve, args=(server,))
        serving.start()
        yield server.getsockname()
    serving.join()


def serve(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GO_AWAY)
        connection.sendall(b"%d" % len(connection.recv(100)))
