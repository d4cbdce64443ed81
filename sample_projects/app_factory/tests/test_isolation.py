"""What the factory promises: two applications, or two lives of one, share nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.dependencies import get_session, get_settings
from accounts.instance import INSTANCE_HEADER
from accounts.main import create_app
from accounts.settings import Settings

ADA = {"name": "Ada", "email": "ada@example.org"}


@pytest.mark.parametrize("visit", ["first", "second"])
def test_each_visit_finds_an_untouched_application(
    app: FastAPI, client: TestClient, settings: Settings, visit: str
) -> None:
    """The same trespasses twice; the second visit passes only if nothing of the first is left."""
    assert app.dependency_overrides == {}
    assert not hasattr(app.state, "visited_by")
    assert not client.cookies
    assert client.get("/v1/users").json() == []

    app.dependency_overrides[get_settings] = lambda: settings
    app.state.visited_by = visit
    client.cookies.set("visit", visit)
    assert client.post("/v1/users", json=ADA).json()["id"] == 1
    assert len(client.get("/v1/users").json()) == 1


def test_two_applications_do_not_share_users(settings: Settings) -> None:
    with TestClient(create_app(settings)) as one, TestClient(create_app(settings)) as other:
        one.post("/v1/users", json=ADA)

        assert len(one.get("/v1/users").json()) == 1
        assert other.get("/v1/users").json() == []


def test_an_override_reaches_one_application_only(app: FastAPI, settings: Settings) -> None:
    async def no_session() -> AsyncIterator[AsyncSession]:
        raise AssertionError("overridden")
        yield

    app.dependency_overrides[get_session] = no_session

    with TestClient(create_app(settings)) as other:
        assert other.get("/health").status_code == 200
    with TestClient(app) as client, pytest.raises(AssertionError, match="overridden"):
        client.get("/health")


def test_every_answer_names_the_instance_that_gave_it(
    app: FastAPI, client: TestClient, settings: Settings
) -> None:
    found, missing = client.get("/health"), client.get("/v1/users/1")

    assert found.headers[INSTANCE_HEADER] == app.state.instance_id
    assert missing.headers[INSTANCE_HEADER] == app.state.instance_id
    assert create_app(settings).state.instance_id != app.state.instance_id


def test_the_pool_lives_as_long_as_the_lifespan(app: FastAPI) -> None:
    assert not hasattr(app.state, "database")
    closed: list[object] = []

    with TestClient(app):
        engine = app.state.database.session().get_bind()
        event.listen(engine, "close", lambda connection, _record: closed.append(connection))
        assert closed == []

    assert not hasattr(app.state, "database")
    assert len(closed) == 1


def test_a_second_life_begins_with_an_empty_database(app: FastAPI) -> None:
    with TestClient(app) as client:
        client.post("/v1/users", json=ADA)
    with TestClient(app) as client:
        assert client.get("/v1/users").json() == []


def test_without_its_lifespan_the_application_says_so(app: FastAPI) -> None:
    client = TestClient(app)

    with pytest.raises(RuntimeError, match="lifespan is not running"):
        client.get("/health")


def test_an_application_that_cannot_open_its_database_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "accounts.db"
    file.write_text("no database")
    app = create_app(Settings(database_url=f"sqlite+aiosqlite:///{file}"))

    with pytest.raises(DatabaseError, match="not a database"), TestClient(app):
        pass
    assert not hasattr(app.state, "database")
