"""Transactions that somebody has begun in a database and not ended, and how they are ended from outside."""

from __future__ import annotations

from typing import NamedTuple

from leakcheck.postgres.wire import Connection

_IDLE = """FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND state LIKE 'idle in transaction%'"""


class Waiting(NamedTuple):
    """How many wait for whoever has begun them, and how many of these have written."""

    all: int
    writing: int


def waiting(connection: Connection) -> Waiting:
    ((count, writing),) = connection.rows(f"SELECT count(*), count(backend_xid) {_IDLE}")
    return Waiting(int(count or 0), int(writing or 0))


def end_all(connection: Connection) -> None:
    """Only whoever has begun one can roll it back: so their connections are closed, which does it, too."""
    connection.rows(f"SELECT pg_terminate_backend(pid) {_IDLE}")
    for _ in range(20):
        if not waiting(connection).all:
            return
        connection.rows("SELECT pg_sleep(0.01)")
