"""Databases in memory: found among the open connections, read without a trace, put back table by table."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest

from leakcheck.snapshots import memory_databases
from leakcheck.snapshots.memory_databases import Connections, InMemory, pages_of, put_table_back
from leakcheck.snapshots.sqlite_tables import Table, tables_of

SHOP = """
    CREATE TABLE mug (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, long INT AS (length(name)) STORED);
    CREATE TABLE told (what TEXT);
    CREATE TABLE part (mug INTEGER REFERENCES mug ON DELETE CASCADE);
    CREATE INDEX by_what ON told (what);
    CREATE TRIGGER tells AFTER INSERT ON mug BEGIN INSERT INTO told VALUES (new.name); END;
    CREATE VIEW names AS SELECT name FROM mug;
    INSERT INTO mug (name) VALUES ('blue'), ('red');
    INSERT INTO part VALUES (1);
"""


@pytest.fixture
def shop() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SHOP)
    yield connection
    connection.close()


def tables(connection: sqlite3.Connection) -> dict[str, Table]:
    pages = pages_of(InMemory(connection))
    assert pages is not None
    return dict(tables_of(pages, hashlib.blake2b))


def kept(connection: sqlite3.Connection) -> bytes:
    pages = pages_of(InMemory(connection))
    assert pages is not None
    return pages


def test_tables_are_told_by_rows_and_numbers_that_were_given_away(shop: sqlite3.Connection) -> None:
    found = tables(shop)
    assert {name: (each.rows, each.last) for name, each in found.items()} == {
        "mug": (2, 2),
        "told": (2, None),
        "part": (1, None),
    }
    assert str(found["part"]).startswith("rows: 1 #")
    assert str(found["mug"]).startswith("rows: 2, last number: 2 #")


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("INSERT INTO mug (name) VALUES ('green')", {"mug", "told"}),
        ("UPDATE mug SET name = 'pink' WHERE id = 1", {"mug"}),
        ("DELETE FROM told", {"told"}),
        ("DROP TABLE part", {"part"}),
        ('CREATE TABLE "a new \'one" (x)', {"a new 'one"}),
        ("ALTER TABLE part ADD COLUMN price INT", {"part"}),
    ],
)
def test_each_table_is_put_back_by_itself(shop: sqlite3.Connection, statement: str, changed: set[str]) -> None:
    before, pages = tables(shop), kept(shop)
    shop.execute(statement)
    shop.commit()
    after = tables(shop)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == changed
    others = {name: after.get(name) for name in {*before, *after} - {min(changed)}}
    put_table_back(InMemory(shop), min(changed), pages)
    found = tables(shop)
    assert found.get(min(changed)) == before.get(min(changed))
    assert {name: found.get(name) for name in others} == others


def test_what_belongs_to_a_table_comes_back_with_it(shop: sqlite3.Connection) -> None:
    pages = kept(shop)
    shop.execute("DELETE FROM mug")
    shop.execute("INSERT INTO mug (name) VALUES ('green')")
    shop.commit()
    put_table_back(InMemory(shop), "mug", pages)
    shop.execute("INSERT INTO mug (name) VALUES ('white')")
    assert shop.execute("SELECT * FROM mug").fetchall() == [(1, "blue", 4), (2, "red", 3), (3, "white", 5)]
    assert shop.execute("SELECT what FROM told ORDER BY rowid DESC LIMIT 1").fetchall() == [("white",)]
    assert shop.execute("SELECT count(*) FROM names").fetchall() == [(3,)]


def test_nothing_is_done_in_the_middle_of_a_transaction(shop: sqlite3.Connection) -> None:
    pages = kept(shop)
    shop.execute("DELETE FROM told")
    with pytest.raises(sqlite3.OperationalError):
        put_table_back(InMemory(shop), "told", pages)
    shop.rollback()
    assert tables(shop)["told"].rows == 2


def test_a_look_calls_nothing_of_the_project(shop: sqlite3.Connection) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    shop.row_factory = shop.text_factory = refuse
    shop.set_trace_callback(refuse)
    assert tables(shop)["mug"].rows == 2
    shop.set_trace_callback(None)


def test_what_cannot_be_read_is_left_out(shop: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bytes | None] = []
    thread = threading.Thread(target=lambda: found.append(pages_of(InMemory(shop))))
    thread.start()
    thread.join()
    assert found == [None]
    monkeypatch.setattr(memory_databases, "MAX_BYTES", 100)
    assert pages_of(InMemory(shop)) is None
    shop.close()
    assert pages_of(InMemory(shop)) is None


class Engine:
    """Holds its connection in a pool."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.pool = {"connections": [connection]}


def connected(watch: Connections, target: str) -> sqlite3.Connection:
    assert watch.opening(target) == ""
    connection = sqlite3.connect(target, uri=True)
    watch.opened(connection)
    return connection


def test_databases_go_by_who_holds_them(shop: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tests_of_a_shop")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(memory_databases, "is_project", lambda each: each is module)
    watch = Connections()
    held, free, other, of_class = (connected(watch, ":memory:") for _ in range(4))
    module.__dict__["engine"] = Engine(held)
    module.__dict__["Store"] = type("Store", (), {"__module__": module.__name__, "connection": of_class})
    first, second = (connected(watch, "file:cups?mode=memory&cache=shared") for _ in range(2))
    assert {name: id(each.connection) for name, each in watch.open().items()} == {
        "tests_of_a_shop:engine": id(held),
        "tests_of_a_shop:Store.connection": id(of_class),
        "in-memory database": id(free),
        "in-memory database 2": id(other),
        "file:cups?mode=memory&cache=shared": id(first),
    }
    for each in (held, free, other, of_class, first, second):
        each.close()


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("shop.db", "shop.db"),
        ("file:shop.db?mode=ro", "shop.db"),
        ("file:a%20b.db", "a b.db"),
        ("file:memdb1?mode=memory", ""),
        ("file::memory:?cache=shared", ""),
        ("", ""),
    ],
)
def test_files_are_told_from_databases_in_memory(target: str, path: str) -> None:
    watch = Connections()
    assert watch.opening(target) == path
    if path:
        with sqlite3.connect(":memory:") as connection:
            watch.opened(connection)
        connection.close()
        assert watch.open() == {}
