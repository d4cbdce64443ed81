"""Rows are told by their keys; of what they hold, digests."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

import pytest

from leakcheck.records import NO_VALUE, PathChange
from leakcheck.snapshots.sqlite_tables import rows_of
from leakcheck.snapshots.table_rows import MAX_ROWS, Rows, rows_otherwise

MUGS = "CREATE TABLE mugs (id INTEGER PRIMARY KEY, name TEXT, price INT, shelf INT, loud TEXT AS (upper(name)));"
FILLED = MUGS + "INSERT INTO mugs (id, name, price, shelf) VALUES (1, 'hidden blue', 5, 1), (2, 'red', 5, NULL);"


def rows(statements: str, table: str = "mugs") -> Rows:
    connection = sqlite3.connect(":memory:")
    connection.executescript(statements)
    return rows_of(connection.serialize(), table)


def told(before: Rows, after: Rows) -> list[PathChange]:
    return list(rows_otherwise(before, after, lambda: hashlib.blake2b(key=b"salt"), lambda _, value: repr(value)))


def shape(changes: Iterable[PathChange]) -> list[tuple[str, str, str]]:
    """Without what digests say."""
    return [(each.path, each.before.partition(" #")[0], each.after.partition(" #")[0]) for each in changes]


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("INSERT INTO mugs (id, name, price, shelf) VALUES (7, 'green', 9, 1)", [("[id=7]", NO_VALUE, "row")]),
        ("DELETE FROM mugs WHERE id = 1", [("[id=1]", "row", NO_VALUE)]),
        ("UPDATE mugs SET price = 6 WHERE id = 2", [("[id=2]", "price", "price")]),
        ("UPDATE mugs SET id = 3 WHERE id = 2", [("[id=2]", "row", NO_VALUE), ("[id=3]", NO_VALUE, "row")]),
        ("UPDATE mugs SET price = price", []),
        ("ALTER TABLE mugs ADD COLUMN more", []),
    ],
)
def test_rows_are_told_by_key(statement: str, wanted: list[tuple[str, str, str]]) -> None:
    found = told(rows(FILLED), rows(f"{FILLED};{statement}"))
    assert shape(found) == wanted
    assert "hidden" not in str(found)


def test_of_many_rows_the_first_and_how_many_there_are() -> None:
    more = "".join(f"INSERT INTO mugs (id, price) VALUES ({number}, 1);" for number in range(10, 30))
    found = told(rows(FILLED), rows(FILLED + more))
    assert found[0] == PathChange("", "rows: 2", "rows: 22")
    assert [each.path for each in found[1:]] == [f"[id={number}]" for number in range(10, 15)]


def test_of_many_columns_some() -> None:
    (found,) = told(rows(FILLED), rows(FILLED + "UPDATE mugs SET name = 'x', price = 1, shelf = 9 WHERE id = 1"))
    assert [part.partition(" ")[0] for part in found.after.split(", ")] == ["name", "price", "shelf"]
    wide = "CREATE TABLE mugs (id INTEGER PRIMARY KEY, a, b, c, d, e);INSERT INTO mugs VALUES (1, 1, 1, 1, 1, 1);"
    (found,) = told(rows(wide), rows(wide + "UPDATE mugs SET a = 2, b = 2, c = 2, d = 2, e = 2"))
    assert found.after.endswith(" + 2 more")


def test_keys_of_several_columns_and_new_tables() -> None:
    pairs = "CREATE TABLE pairs (a, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO pairs VALUES (1, 'x', 3);"
    assert shape(told(Rows(), rows(pairs, "pairs"))) == [("[b='x', a=1]", NO_VALUE, "row")]


@pytest.mark.parametrize("table", ["mugs (name TEXT); INSERT INTO mugs VALUES ('blue')", "others (id)"])
def test_without_a_key_none(table: str) -> None:
    assert told(Rows(), rows(f"CREATE TABLE {table}")) == []


def test_none_of_too_many() -> None:
    assert Rows.of(("id",), ("id",), [(number,) for number in range(MAX_ROWS + 1)]) == Rows()
