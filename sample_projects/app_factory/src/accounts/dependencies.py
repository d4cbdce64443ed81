"""What a request is given. All of it comes from the application that serves the request."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.database import Database
from accounts.settings import Settings


def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A session that lasts as long as the request; what was not committed is rolled back."""
    database: Database | None = getattr(request.app.state, "database", None)
    if database is None:
        raise RuntimeError("no database pool: the application's lifespan is not running")
    async with database.session() as session:
        yield session


SettingsDep = Annotated[Settings, Depends(get_settings)]
SessionDep = Annotated[AsyncSession, Depends(get_session)]
