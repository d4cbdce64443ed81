"""Databases in files: read as others see them, without a trace in the folder, and put back table by table."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leakcheck.snapshots import file_databases
from leakcheck.snapshots.file_databases import LockedError, pages_in, put_table_back_in, signature
from leakcheck.snapshots.sqlite_tables import tables_of

MODES = ("DELETE", "TRUNCATE", "PERSIST", "WAL")


@pytest.fixture(params=MODES)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a shop?.db")) as connection:
        connection.execute(f"PRAGMA journal_mode={request.param}")
        connection.execute("CREATE TABLE mug (name TEXT)")
        connection.execute("CREATE TABLE cup (name TEXT)")
        connection.commit()
        yield connection


def path_of(connection: sqlite3.Connection) -> str:
    path: str = connection.execute("PRAGMA database_list").fetchone()[2]
    return path


def rows(path: str) -> dict[str, int]:
    pages = pages_in(path)
    assert pages is not None
    return {name: each.rows for name, each in tables_of(pages, hashlib.blake2b).items()}


def test_what_is_committed_is_seen_and_nothing_else(shop: sqlite3.Connection) -> None:
    shop.execute("INSERT INTO mug VALUES ('blue')")
    assert rows(path_of(shop)) == {"mug": 0, "cup": 0}
    shop.commit()
    assert rows(path_of(shop)) == {"mug": 1, "cup": 0}


def test_to_read_leaves_no_file_and_no_lock(shop: sqlite3.Connection, tmp_path: Path) -> None:
    path = path_of(shop)
    before = sorted(tmp_path.iterdir())
    rows(path)
    assert sorted(tmp_path.iterdir()) == before
    shop.execute("PRAGMA busy_timeout = 0")
    shop.execute("INSERT INTO mug VALUES ('blue')")
    shop.commit()
    shop.close()
    before = sorted(tmp_path.iterdir())
    assert rows(path) == {"mug": 1, "cup": 0}
    assert sorted(tmp_path.iterdir()) == before


def test_one_table_is_put_back_and_the_other_stays(shop: sqlite3.Connection) -> None:
    path, kept = path_of(shop), pages_in(path_of(shop))
    shop.executescript("INSERT INTO mug VALUES ('blue'); INSERT INTO cup VALUES ('red'); CREATE TABLE jar (x)")
    put_table_back_in(path, "mug", kept)
    put_table_back_in(path, "jar", None)
    assert rows(path) == {"mug": 0, "cup": 1}
    assert shop.execute("SELECT count(*) FROM mug").fetchone() == (0,)


def test_in_the_middle_of_a_transaction_nothing_is_put_back(shop: sqlite3.Connection) -> None:
    path, kept = path_of(shop), pages_in(path_of(shop))
    shop.execute("INSERT INTO mug VALUES ('blue')")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        put_table_back_in(path, "mug", kept)
    shop.commit()
    assert rows(path) == {"mug": 1, "cup": 0}


def test_what_is_locked_is_not_taken_for_empty(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE mug (name TEXT)")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("INSERT INTO mug VALUES ('blue')")
        with pytest.raises(LockedError):
            pages_in(str(tmp_path / "shop.db"))


def test_what_is_no_database_has_no_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.db"
    assert pages_in(str(path)) is None
    path.write_bytes(b"no database at all" * 100)
    assert pages_in(str(path)) is None
    path.write_bytes(b"")
    assert rows(str(path)) == {}
    monkeypatch.setattr(file_databases, "MAX_BYTES", 1)
    path.write_bytes(b"too large")
    assert pages_in(str(path)) is None


def test_what_was_just_written_may_be_written_once_more(
    shop: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, later = path_of(shop), 60 * 10**9
    for file in tmp_path.iterdir():
        os.utime(file, (1, 1))
    monkeypatch.setattr(file_databases, "_now", lambda: 10**9 + 1)
    assert signature(path) is None
    monkeypatch.setattr(file_databases, "_now", lambda: 10**9 + later)
    known = signature(path)
    assert known == signature(path) is not None
    shop.execute("INSERT INTO mug VALUES ('blue')")
    shop.commit()
    assert signature(path) != known
