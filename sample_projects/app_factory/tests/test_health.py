from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState

from accounts.dependencies import get_session


def sessions_on(file: Path) -> Callable[[], AsyncIterator[AsyncSession]]:
    """Stands in for `get_session` with a database in `file`. Without its folder none can be."""

    async def session_on_file() -> AsyncIterator[AsyncSession]:
        engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
        try:
            async with AsyncSession(engine) as session:
                yield session
        finally:
            await engine.dispose()

    return session_on_file


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


def test_without_its_database_an_application_is_unhealthy(
    app: FastAPI, client: TestClient, tmp_path: Path
) -> None:
    app.dependency_overrides[get_session] = sessions_on(tmp_path / "missing" / "accounts.db")

    answer = client.get("/health")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unhealthy", "error": "database_unavailable"}


def test_health_comes_back_with_the_database(
    app: FastAPI, client: TestClient, tmp_path: Path
) -> None:
    folder = tmp_path / "late"
    app.dependency_overrides[get_session] = sessions_on(folder / "accounts.db")

    before = client.get("/health")
    folder.mkdir()
    after = client.get("/health")

    assert (before.status_code, after.status_code) == (503, 200)
