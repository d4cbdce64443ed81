"""Every fixture here is function-scoped: nothing that a test touches was there before it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from accounts.main import create_app
from accounts.settings import IN_MEMORY, Settings


@pytest.fixture
def settings() -> Settings:
    # All of them spelt out: a variable in somebody's shell must not decide how a test ends.
    return Settings(database_url=IN_MEMORY, pool_size=5, page_size=50)


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    app = create_app(settings)
    yield app
    app.dependency_overrides.clear()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:  # without `with` the lifespan would not run
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # aiosqlite knows no other


@pytest.fixture
async def async_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    # ASGITransport sends requests only; the lifespan has to be run beside it.
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://accounts.test"
        ) as client,
    ):
        yield client
