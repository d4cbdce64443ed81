"""Whether somebody is in the middle of a transaction, and how that is ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leakcheck.snapshots.memory_databases import Connections, InMemory
from leakcheck.snapshots.open_transactions import is_open, is_open_in, roll_back, roll_back_all


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as found:
        found.execute("CREATE TABLE mugs (id INTEGER PRIMARY KEY)")
        yield found


@pytest.mark.parametrize("mode", ["DELETE", "TRUNCATE", "PERSIST"])
def test_one_that_has_written_is_seen_until_it_ends(
    tmp_path: Path, connection: sqlite3.Connection, mode: str
) -> None:
    path = str(tmp_path / "shop.db")
    connection.execute(f"PRAGMA journal_mode = {mode}")
    assert not is_open_in(path)
    for end in (connection.commit, connection.rollback):
        connection.execute("INSERT INTO mugs DEFAULT VALUES")
        assert is_open_in(path)
        assert is_open(InMemory(connection))
        end()
        assert not is_open_in(path)
        assert not is_open(InMemory(connection))


def test_who_only_reads_keeps_nobody_out(tmp_path: Path, connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM mugs").fetchall()
    assert not is_open_in(str(tmp_path / "shop.db"))


def test_all_that_lead_to_a_file_are_rolled_back(tmp_path: Path) -> None:
    connections, path = Connections(), str(tmp_path / "shop.db")
    connections.opening(path)
    with closing(sqlite3.connect(path)) as first, closing(sqlite3.connect(tmp_path / "other.db")) as other:
        connections.opened(first)
        for each in (first, other):
            each.execute("CREATE TABLE mugs (id)")
            each.execute("INSERT INTO mugs VALUES (1)")
        roll_back_all(connections, path)
        assert not first.in_transaction
        assert other.in_transaction


def test_what_is_not_open_is_left_alone(connection: sqlite3.Connection) -> None:
    roll_back(InMemory(connection))
    assert not connection.in_transaction
