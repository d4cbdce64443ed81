"""The connection pool: opened and closed by the lifespan of one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.schema import CreateTable

from accounts.models import Base


class Database:
    """One pool of connections and the sessions drawn from it."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._engine = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1 if _is_in_memory(url) else pool_size,
            max_overflow=0,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    def session(self) -> AsyncSession:
        return self._sessions()

    async def create_tables(self) -> None:
        # Not `create_all`, which looks first and creates then: two workers that start together
        # both see no table, and the slower one fails.
        async with self._engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                await connection.execute(CreateTable(table, if_not_exists=True))

    async def close(self) -> None:
        await self._engine.dispose()


@asynccontextmanager
async def open_database(url: str, pool_size: int) -> AsyncIterator[Database]:
    """A database with its tables in place; closed on the way out, also when it cannot be opened."""
    database = Database(url, pool_size)
    try:
        await database.create_tables()
        yield database
    finally:
        await database.close()


def _is_in_memory(url: str) -> bool:
    # An in-memory database lives in its connection: a second connection would see another one.
    # A pool of one makes requests take turns; SQLAlchemy's default here, StaticPool, would let
    # two requests at a time write into one transaction.
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")
