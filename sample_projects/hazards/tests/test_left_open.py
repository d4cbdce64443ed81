"""LK508: what is still open when its test is over."""

from __future__ import annotations

import asyncio
import atexit
import socket
import threading
from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal
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


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def served() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer, args=(server,))
        answering.start()
        yield server
    answering.join()


def answer(server: socket.socket) -> None:
    connection, _ = server.accept()
    connection.close()


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


def test_server_still_listens() -> None:
    server = socket.create_server(("127.0.0.1", 0))  # nobody closes it
    kept.append(server)
    assert server.getsockname()[1]


def test_server_is_closed(served: socket.socket) -> None:
    with socket.create_connection(served.getsockname()) as line:
        assert line.recv(1) == b""


def test_socket_stays_open(listener: socket.socket) -> None:
    line = socket.create_connection(listener.getsockname())  # nobody closes it
    kept.append(line)
    assert line.getsockname()[1]


def test_portal_stays_open() -> None:
    opened = start_blocking_portal()
    portal = opened.__enter__()  # nobody leaves it
    atexit.register(opened.__exit__, None, None, None)  # else the process might not end
    assert portal.call(str) == ""


def test_portal_is_closed() -> None:
    with start_blocking_portal() as portal:
        assert portal.call(str) == ""
