"""SQLite databases that live in memory: those of the open connections, what is in their tables, and how a table
gets its old rows back. Nothing is asked of the project's own connections but for a copy of all their pages, so that
none of its factories, traces and transactions notices."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.reachable import is_project
from leakcheck.snapshots.sqlite_tables import MAX_BYTES, MEMORY, opened, replace_table
from leakcheck.snapshots.worker_threads import NoAnswer, Put, called, workers

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_OBJECTS = 20_000
"""So many objects are asked for a connection to tell its name by who holds it."""
MAX_LOOKS = 20
"""So often one that was just opened, perhaps in another thread, is looked for: else it is closed by now."""
_realpath = os.path.realpath
_PASSED_BY = (type, ModuleType, FunctionType, BuiltinFunctionType, CodeType, FrameType, str, bytes, int, float)


class DatabaseFile(NamedTuple):
    """`passing`: it lies in a folder that is made for one test, or one run."""

    path: str
    passing: bool


class InMemory(NamedTuple):
    """A connection to a database, mostly in memory, and how that one is asked, if it belongs to a worker."""

    connection: Connection
    worker: Put | None = None


class Connections:
    """Which connections lead into memory, and which files others lead to, by what the interpreter's audit events
    tell of each when it is opened."""

    def __init__(self, first_seen: Callable[[str], None] = lambda name: None) -> None:
        """`first_seen` is told of each file, by its name, before it is opened for the first time."""
        self._first_seen = first_seen
        self.files: dict[str, DatabaseFile] = {}
        self._ours: set[int] = set()
        self._paths: dict[int, str] = {}
        self._opening_file: dict[int, str] = {}
        self._opening: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._found: dict[str, InMemory] | None = {}
        self._newest = 0
        self._looks = 0

    def opening(self, target: str) -> str:
        """This thread is about to connect to `target`, a path or a URI. Returns the path of its file, if any."""
        if threading.get_ident() in self._ours:
            return ""
        path, shared = _parsed(target)
        in_memory = not path or MEMORY in path
        if in_memory:
            self._opening[threading.get_ident()] = target if shared else ""
        else:
            self._opening_file[threading.get_ident()] = _realpath(path)
        return "" if in_memory else path

    def opened(self, connection: Connection) -> None:
        """It is connected. Who has had the same address before is gone."""
        self._names.pop(identity(connection), None)
        self._paths.pop(identity(connection), None)
        path = self._opening_file.pop(threading.get_ident(), None)
        if path is not None:
            self._paths[identity(connection)] = path
        name = self._opening.pop(threading.get_ident(), None)
        if name is not None:
            self._names[identity(connection)] = name
            self._found, self._newest, self._looks = None, identity(connection), 0

    @contextlib.contextmanager
    def of_our_own(self) -> Iterator[None]:
        """What this thread opens meanwhile is none of the project's."""
        self._ours.add(threading.get_ident())
        try:
            yield
        finally:
            self._ours.discard(threading.get_ident())

    def of_file(self, path: str, name: str, *, passing: bool) -> None:
        """This thread is about to connect to a database in a file, which reports call `name`."""
        file = DatabaseFile(path, passing)
        if file not in self.files.values():
            name = _unused(name, self.files)
            self.files[name] = file
            self._first_seen(name)

    def leading_to(self, path: str) -> Iterator[InMemory]:
        """The open connections to the database in that file, which all objects are searched for."""
        objects = gc.get_objects()
        asked_by = workers(objects)
        for each in objects:
            if self._paths.get(identity(each)) == path and _is_connection(each):
                yield InMemory(each, asked_by.get(identity(each)))

    def open(self) -> Mapping[str, InMemory]:
        """name -> each database in memory, under the name of what holds it, else its own.

        All objects are searched for them, but not again as long as none was opened and globals hold all: these are
        kept. What nobody may hold any more is kept by nobody here, either."""
        if self._found is not None:
            return self._found
        objects = gc.get_objects()
        asked_by = workers(objects)
        found = {
            identity(each): InMemory(each, asked_by.get(identity(each)))
            for each in objects
            if identity(each) in self._names and _is_connection(each)
        }
        del objects
        holders = dict(_held(frozenset(found)))
        named: dict[str, InMemory] = {}
        for place, shared in self._names.items():
            if place in found:
                name = holders.get(place) or shared or _unused("in-memory database", named)
                named.setdefault(name, found[place])
        self._looks += 1
        if found.keys() <= holders.keys() and (self._newest in found or self._looks >= MAX_LOOKS):
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


def _tests_last(module: str) -> tuple[bool, str]:
    """What tests import is theirs by another name."""
    name = module.rpartition(".")[2]
    return name == "conftest" or name.startswith("test_"), module


def _held(connections: frozenset[int]) -> Iterator[tuple[int, str]]:
    """(identity, nearest global of the project's modules by which it is reached): an engine, a session maker."""
    modules = {
        name: each for name, each in list(sys.modules.items()) if type(each) is ModuleType and is_project(each)
    }
    waiting = deque(
        (f"{module}:{name}", value)
        for module in sorted(modules, key=_tests_last)
        for name, value in _names_in(modules[module])
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


def _names_in(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What a module holds, and its classes; a loader (`__loader__`) leads to all of pytest."""
    for name, value in sorted(vars(module).items()):
        if type(value) is type and value.__module__ == module.__name__:
            yield from ((f"{name}.{each}", held) for each, held in vars(value).items() if _may_lead(each, held))
        elif _may_lead(name, value):
            yield name, value


def _may_lead(name: str, value: Any) -> bool:
    return not (issubclass(type(value), _PASSED_BY) or name.startswith("__"))


def pages_of(database: InMemory) -> bytes | None:
    """A copy of the database; None for one that is closed, belongs to another thread, or is too large."""
    sqlite = sys.modules["_sqlite3"]
    try:
        pages: bytes = called(database.worker, partial(sqlite.Connection.serialize, database.connection))
    except (sqlite.Error, NoAnswer):
        return None
    return pages if len(pages) <= MAX_BYTES else None


def put_table_back(database: InMemory, name: str, kept: bytes | None) -> None:
    """Give one table what it held in the copy `kept`, or take it away where it was not there; the others keep what
    they hold now. sqlite3.Error in the middle of a transaction of the project's; NoAnswer of a busy worker."""
    sqlite = sys.modules["_sqlite3"]
    now = opened(called(database.worker, partial(sqlite.Connection.serialize, database.connection)))
    try:
        replace_table(now, name, kept)
        now.commit()
        called(database.worker, partial(sqlite.Connection.backup, now, database.connection))
    finally:
        now.close()
