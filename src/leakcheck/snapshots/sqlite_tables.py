"""What the tables of a SQLite database hold, read from a copy of its pages, and how one gets its old rows back."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from leakcheck.snapshots.table_rows import MAX_ROWS, Rows

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_BYTES = 16 << 20
"""What is larger is not looked into."""
MEMORY = ":memory:"
_VERSIONS, _WITHOUT_A_LOG = 18, b"\1\1"
"""Where a database says whether it is written ahead (https://sqlite.org/fileformat2.html), which one in memory
cannot be."""
_LISTED = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"

_ATTACHED = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"


class Table(NamedTuple):
    """What a table holds. `digest` is of its definition, its rows, and the last number that it has given away."""

    rows: int
    last: int | None
    digest: str

    def __str__(self) -> str:
        given = "" if self.last is None else f", last number: {self.last}"
        return f"rows: {self.rows}{given} #{self.digest}"


def tables_of(pages: bytes, hasher: Callable[[], hashlib.blake2b]) -> Mapping[str, Table]:
    """name -> what it holds, of a copy of a database; a table that cannot be read here is left out."""
    copy = opened(pages)
    found: dict[str, Table] = {}
    try:
        given = _given(copy)
        for name, definition in copy.execute(_LISTED).fetchall():
            content, rows = hasher(), 0
            content.update(repr((definition, given.get(name))).encode())
            with contextlib.suppress(
                sys.modules["_sqlite3"].Error
            ):  # that of an extension which is not loaded here
                for row in copy.execute(f"SELECT * FROM {_quoted(name)}"):
                    content.update(repr(row).encode())
                    rows += 1
                found[name.decode(errors="replace")] = Table(rows, given.get(name), content.hexdigest())
    finally:
        copy.close()
    return found


def rows_of(pages: bytes, name: str) -> Rows:
    """The rows of one table, by its primary key; none where it has none, or they cannot be read here."""
    copy = opened(pages)
    try:
        found = copy.execute(f"PRAGMA table_info({_quoted(name.encode())})").fetchall()
        columns = ", ".join(_quoted(each[1]) for each in found)
        names = tuple(each[1].decode(errors="replace") for each in found)
        key = tuple(each[1].decode(errors="replace") for each in sorted(found, key=lambda each: each[5]) if each[5])
        rows = copy.execute(f"SELECT {columns} FROM {_quoted(name.encode())} LIMIT {MAX_ROWS + 1}").fetchall()
        return Rows.of(names, key, [tuple(map(_as_text, row)) for row in rows])
    except sys.modules["_sqlite3"].Error:
        return Rows()
    finally:
        copy.close()


def _as_text(value: Any) -> Any:
    return value.decode(errors="replace") if type(value) is bytes else value


def replace_table(database: Connection, name: str, kept: bytes | None) -> None:
    """Give one table what it held in the copy `kept`, or take it away where it was not there; the others keep what
    they hold."""
    _replace(database, name, {} if kept is None else _content(kept, name))


class _Content(NamedTuple):
    definition: str
    others: tuple[str, ...]
    columns: str
    rows: list[Any]
    last: int | None


def _content(pages: bytes, name: str) -> Mapping[str, _Content]:
    """The table of that name, with its indexes and triggers; empty if there is none."""
    copy = opened(pages, text=True)
    try:
        texts = dict(copy.execute("SELECT type, sql FROM sqlite_master WHERE name = ? AND type = 'table'", (name,)))
        if "table" not in texts:
            return {}
        others = copy.execute(_ATTACHED, (name,)).fetchall()
        columns = _columns(copy, name)
        rows = copy.execute(f"SELECT {columns} FROM {_quoted(name.encode())}").fetchall()
        last = _given(copy).get(name)
        return {name: _Content(texts["table"], tuple(sql for (sql,) in others), columns, rows, last)}
    finally:
        copy.close()


def _columns(database: Connection, name: str) -> str:
    """Those that are stored: what is generated nobody can insert."""
    found = database.execute(f"PRAGMA table_info({_quoted(name.encode())})")
    return ", ".join(_quoted(column.encode()) for _, column, *_ in found)


def _replace(database: Connection, name: str, content: Mapping[str, _Content]) -> None:
    """Make the table anew; nothing that is declared about other tables follows from it."""
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute(f"DROP TABLE IF EXISTS {_quoted(name.encode())}")
    for each in content.values():
        database.execute(each.definition)
        if each.rows:
            places = ", ".join("?" * len(each.rows[0]))
            database.executemany(
                f"INSERT INTO {_quoted(name.encode())} ({each.columns}) VALUES ({places})", each.rows
            )
        for other in each.others:
            database.execute(other)
        if _counts(database):
            database.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            if each.last is not None:
                database.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, each.last))


def opened(pages: bytes, *, text: bool = False) -> Connection:
    """A database of our own with this content; texts as they are stored unless `text`."""
    copy: Connection = sys.modules["_sqlite3"].connect(MEMORY, check_same_thread=False)
    if pages:
        copy.deserialize(pages[:_VERSIONS] + _WITHOUT_A_LOG + pages[_VERSIONS + len(_WITHOUT_A_LOG) :])
    copy.text_factory = str if text else bytes
    return copy


def _counts(database: Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchall())


def _given(database: Connection) -> dict[Any, int]:
    """table -> the last number of its AUTOINCREMENT."""
    return dict(database.execute("SELECT name, seq FROM sqlite_sequence")) if _counts(database) else {}


def _quoted(name: bytes) -> str:
    return '"' + name.decode(errors="surrogateescape").replace('"', '""') + '"'
