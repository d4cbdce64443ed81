"""Connections of aiosqlite are asked in their own thread, and only there."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiosqlite
import pytest

from leakcheck.snapshots import worker_threads
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.memory_databases import InMemory, pages_of, put_table_back
from leakcheck.snapshots.worker_threads import NoAnswer, called, workers


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[aiosqlite.Connection, InMemory]]:
    async with aiosqlite.connect(":memory:") as connection:
        await connection.executescript("CREATE TABLE mug (name TEXT); INSERT INTO mug VALUES ('blue')")
        inner = connection._conn
        yield connection, InMemory(inner, workers(gc.get_objects())[identity(inner)])


async def _names(connection: aiosqlite.Connection) -> list[str]:
    return [name for (name,) in await connection.execute_fetchall("SELECT name FROM mug")]


def test_a_table_is_read_and_put_back_in_the_thread_of_its_connection() -> None:
    async def use() -> None:
        async with opened() as (connection, database):
            assert pages_of(InMemory(database.connection)) is None
            before = pages_of(database)
            await connection.execute("INSERT INTO mug VALUES ('red')")
            await connection.commit()
            assert before is not None
            assert before != pages_of(database)
            put_table_back(database, "mug", before)
            assert await _names(connection) == ["blue"]

    asyncio.run(use())


def test_what_fails_there_fails_here() -> None:
    async def use() -> None:
        async with opened() as (connection, database):
            with pytest.raises(ZeroDivisionError):
                called(database.worker, lambda: 1 // 0)
            assert await _names(connection) == ["blue"]  # the worker is alive

    asyncio.run(use())


def test_a_worker_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_threads, "SECONDS", 3600.0)

    async def use() -> InMemory:
        async with opened() as (_, database):
            return database

    database = asyncio.run(use())
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "connection_worker" in thread.name:
            thread.join(5)
    assert pages_of(database) is None


def test_a_busy_worker_is_not_waited_for_and_never_does_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_threads, "SECONDS", 0.05)
    done: list[int] = []

    async def use() -> None:
        async with opened() as (connection, database):
            release = threading.Event()
            await connection.create_function("wait", 0, release.wait)
            waiting = asyncio.ensure_future(connection.execute("SELECT wait()"))
            await asyncio.sleep(0.05)
            with pytest.raises(NoAnswer):
                called(database.worker, lambda: done.append(1))
            assert pages_of(database) is None
            release.set()
            await waiting
            assert await _names(connection) == ["blue"]

    asyncio.run(use())
    assert not done


def test_the_log_of_the_project_has_no_line_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def use() -> None:
        async with opened() as (_, database):
            with caplog.at_level(logging.DEBUG, logger="aiosqlite"):
                caplog.clear()
                assert pages_of(database)
                time.sleep(0.05)
                assert not caplog.records
                assert not logging.getLogger("aiosqlite").disabled

    asyncio.run(use())


def test_connections_without_a_living_worker_have_none() -> None:
    async def use() -> aiosqlite.Connection:
        async with opened() as (connection, _):
            return connection

    closed = asyncio.run(use())
    assert workers([closed, sqlite3, object()]) == {}
