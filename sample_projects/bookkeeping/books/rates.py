"""Rates of exchange, fetched once a day: a database in memory, which lives as long as the process."""

from sqlalchemy import StaticPool, text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)


async def begin() -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE IF NOT EXISTS rates (currency TEXT PRIMARY KEY, cents INTEGER)")
        )


async def learn(currency: str, cents: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("REPLACE INTO rates VALUES (:currency, :cents)"), {"currency": currency, "cents": cents}
        )


async def known() -> dict[str, int]:
    async with engine.connect() as connection:
        return dict((await connection.execute(text("SELECT * FROM rates"))).all())
