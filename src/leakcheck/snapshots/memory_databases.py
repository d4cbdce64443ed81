"""SQLite databases that live in memory: those of the open connections, what is in their tables, and how a table
gets its old rows back. Nothing is asked of the project's own connections but for a copy of all their pages, so that
none of its factories, traces and transactions notices."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.reachable import is_project

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_BYTES = 16 << 20
"""What is larger is not looked into."""
MAX_OBJECTS = 20_000
"""So many objects are asked for a connection to tell its name by who holds it."""
_MEMORY = ":memory:"
_PASSED_BY = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType, FrameType, str, bytes, int, float)
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


class Connections:
    """Which connections lead into memory, by what the interpreter's audit events tell of each when it is opened."""

    def __init__(self) -> None:
        self._opening: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._found: dict[str, Connection] | None = {}

    def opening(self, target: str) -> str:
        """This thread is about to connect to `target`, a path or a URI. Returns the path of its file, if any."""
        path, shared = _parsed(target)
        in_memory = not path or _MEMORY in path
        if in_memory:
            self._opening[threading.get_ident()] = target if shared else ""
        return "" if in_memory else path

    def opened(self, connection: Connection) -> None:
        """It is connected. Who has had the same address before is gone."""
        self._names.pop(identity(connection), None)
        name = self._opening.pop(threading.get_ident(), None)
        if name is not None:
            self._names[identity(connection)] = name
            self._found = None

    def open(self) -> Mapping[str, Connection]:
        """name -> a connection to each database in memory, under the name of what holds it, else its own.

        All objects are searched for them, but not again as long as none was opened and globals hold all: these are
        kept. What nobody may hold any more is kept by nobody here, either."""
        if self._found is not None:
            return self._found
        found = {
            identity(each): each
            for each in gc.get_objects()
            if identity(each) in self._names and _is_connection(each)
        }
        holders = dict(_held(frozenset(found)))
        named: dict[str, Connection] = {}
        for place, shared in self._names.items():
            if place in found:
                name = holders.get(place) or shared or _unused("in-memory database", named)
                named.setdefault(name, found[place])
        if found.keys() <= holders.keys():
            self._found = named
        return named


def _parsed(target: str) -> tuple[str, bool]:
    """The path, and whether several connections share what is there; https://sqlite.org/uri.html."""
    if not target.startswith("file:"):
        return target, False
    from urllib.parse import unquote  # where it is needed only: the suite may not have imported it

    path, _, given = target.removeprefix("file:").partition("#")[0].partition("?")
    options = given.split("&")
    return "" if "mode=memory" in options else unquote(path), "cache=shared" in options


def _is_connection(value: Any) -> bool:
    return issubclass(type(value), sys.modules["_sqlite3"].Connection)


def _unused(name: str, taken: Mapping[str, Any]) -> str:
    number = sum(each.startswith(name) for each in taken) + 1
    return name if number == 1 else f"{name} {number}"


def _held(connections: frozenset[int]) -> Iterator[tuple[int, str]]:
    """(identity, nearest global of the project's modules by which it is reached): an engine, a session maker."""
    modules = {
        name: each for name, each in list(sys.modules.items()) if type(each) is ModuleType and is_project(each)
    }
    waiting = deque(
        (f"{module}:{name}", value)
        for module in sorted(modules)
        for name, value in sorted(vars(modules[module]).items())
        if not issubclass(type(value), _PASSED_BY)
    )
    seen: set[int] = set()
    while waiting and len(seen) < MAX_OBJECTS:
        name, value = waiting.popleft()
        if identity(value) in seen:
            continue
        seen.add(identity(value))
        if identity(value) in connections:
            yield identity(value), name
            continue
        waiting.extend((name, each) for each in gc.get_referents(value) if not issubclass(type(each), _PASSED_BY))


def pages_of(connection: Connection) -> bytes | None:
    """A copy of the database; None for one that is closed, belongs to another thread, or is too large."""
    sqlite = sys.modules["_sqlite3"]
    try:
        pages: bytes = sqlite.Connection.serialize(connection)
    except sqlite.Error:
        return None
    return pages if len(pages) <= MAX_BYTES else None


def tables_of(pages: bytes, hasher: Callable[[], hashlib.blake2b]) -> Mapping[str, Table]:
    """name -> what it holds, of a copy of a database; a table that cannot be read here is left out."""
    copy = _opened(pages)
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


def put_table_back(connection: Connection, name: str, kept: bytes | None) -> None:
    """Give one table what it held in the copy `kept`, or take it away where it was not there; the others keep what
    they hold now. sqlite3.Error where the project is in the middle of a transaction."""
    sqlite = sys.modules["_sqlite3"]
    now = _opened(sqlite.Connection.serialize(connection))
    try:
        _replace(now, name, {} if kept is None else _content(kept, name))
        now.commit()
        sqlite.Connection.backup(now, connection)
    finally:
        now.close()


class _Content(NamedTuple):
    definition: str
    others: tuple[str, ...]
    columns: str
    rows: list[Any]
    last: int | None


def _content(pages: bytes, name: str) -> Mapping[str, _Content]:
    """The table of that name, with its indexes and triggers; empty if there is none."""
    copy = _opened(pages, text=True)
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


def _opened(pages: bytes, *, text: bool = False) -> Connection:
    """A database of our own with this content; texts as they are stored unless `text`."""
    copy: Connection = sys.modules["_sqlite3"].connect(_MEMORY)
    if pages:
        copy.deserialize(pages)
    copy.text_factory = str if text else bytes
    return copy


def _counts(database: Connection) -> bool:
    return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchall())


def _given(database: Connection) -> dict[Any, int]:
    """table -> the last number of its AUTOINCREMENT."""
    return dict(database.execute("SELECT name, seq FROM sqlite_sequence")) if _counts(database) else {}


def _quoted(name: bytes) -> str:
    return '"' + name.decode(errors="surrogateescape").replace('"', '""') + '"'
