from __future__ import annotations

import socket

_kept: list[socket.socket] = []


def count(address: tuple[str, int], what: str) -> int:
    """Ask the warehouse, over one connection that is kept."""
    if not _kept:
        _kept.append(socket.create_connection(address))
    _kept[0].sendall(what.encode() + b"\n")
    return int(_kept[0].recv(100))
