"""LK508: what is still open when its test is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from shop.main import create_app
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, Engine

kept: list[object] = []


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('db')}/shop.db")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


async def endless() -> None:
    await asyncio.sleep(60)


async def short() -> None:
    await asyncio.sleep(0)


def test_client_stays_open() -> None:
    client = TestClient(create_app())
    client.__enter__()  # nobody leaves it
    kept.append(client)
    assert client.get("/health").json() == "well"


def test_client_is_closed() -> None:
    with TestClient(create_app()) as client:
        assert client.get("/health").json() == "well"


def test_connection_stays_out(engine: Engine) -> None:
    connection = engine.connect()  # nobody gives it back
    kept.append(connection)
    assert connection.execute(text("select 1")).scalar() == 1


def test_connection_is_given_back(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("select 1")).scalar() == 1


def test_connection_of_the_module(connection: Connection) -> None:
    assert connection.execute(text("select 1")).scalar() == 1


def test_task_is_left() -> None:
    async def body() -> None:
        kept.append(asyncio.create_task(endless()))

    asyncio.run(body())


def test_task_is_awaited() -> None:
    async def body() -> None:
        await asyncio.create_task(short())

    asyncio.run(body())
