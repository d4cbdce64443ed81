from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.pool import AsyncAdaptedQueuePool

from accounts.dependencies import get_session
from accounts.settings import IN_MEMORY


async def session_without_connection() -> AsyncIterator[AsyncSession]:
    """Stands in for `get_session` with a pool whose only connection somebody else has."""
    engine = create_async_engine(
        IN_MEMORY,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.01,
    )
    try:
        async with engine.connect(), AsyncSession(engine) as session:
            yield session
    finally:
        await engine.dispose()


def test_a_wired_application_is_healthy(client: TestClient) -> None:
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy"}


def test_health_asks_the_database_through_the_session_dependency(
    app: FastAPI, client: TestClient
) -> None:
    statements: list[str] = []

    async def watched_session() -> AsyncIterator[AsyncSession]:
        async with app.state.database.session() as session:

            @event.listens_for(session.sync_session, "do_orm_execute")
            def note(execution: ORMExecuteState) -> None:
                statements.append(str(execution.statement))

            yield session

    app.dependency_overrides[get_session] = watched_session
    answer = client.get("/health")

    assert answer.json() == {"status": "healthy"}
    assert statements == ["SELECT 1"]


def test_without_its_database_an_application_is_unhealthy(app: FastAPI, client: TestClient) -> None:
    app.dependency_overrides[get_session] = session_without_connection

    answer = client.get("/health")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unhealthy", "error": "database_unavailable"}


def test_health_comes_back_with_the_database(app: FastAPI, client: TestClient) -> None:
    app.dependency_overrides[get_session] = session_without_connection
    before = client.get("/health")
    del app.dependency_overrides[get_session]
    after = client.get("/health")

    assert (before.status_code, after.status_code) == (503, 200)
