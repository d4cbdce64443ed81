from collections.abc import AsyncIterator

import httpx
import pytest
from books import rates
from books.database import engine, new_session
from books.main import app
from books.models import Account, Base


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for all: the engine's pool belongs to it."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
async def tables(anyio_backend: str) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    async with new_session() as session:
        session.add_all([Account(code="1000", name="Cash"), Account(code="2000", name="Bank")])
        await session.commit()
    await rates.begin()
    yield
    await engine.dispose()
    await rates.engine.dispose()


@pytest.fixture
async def client(tables: None) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://books") as client:
        yield client
