"""The application factory. Importing this module builds nothing and connects to nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from accounts.database import open_database
from accounts.errors import add_error_handlers
from accounts.instance import InstanceHeader, new_instance_id
from accounts.routers import health, users
from accounts.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """A new application that shares nothing with any other.

    Without `settings` they are read from the environment, which is what uvicorn's `--factory`
    does in each worker. Raises pydantic's `ValidationError` if they are not usable.
    """
    app = FastAPI(title="accounts", lifespan=_lifespan)
    app.state.settings = settings or Settings()
    app.state.instance_id = new_instance_id()
    app.add_middleware(InstanceHeader, instance_id=app.state.instance_id)
    add_error_handlers(app)
    app.include_router(health.router)
    app.include_router(users.router, prefix="/v1")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with open_database(settings.database_url, settings.pool_size) as database:
        app.state.database = database
        try:
            yield
        finally:
            del app.state.database
