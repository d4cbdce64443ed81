"""The engine, and a session for each request."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from books import settings

patience = {"server_settings": {"lock_timeout": "100"}} if settings.is_postgres else {"timeout": 0.1}
engine = create_async_engine(settings.url, connect_args=patience)
new_session = async_sessionmaker(engine, expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as opened:
        yield opened
