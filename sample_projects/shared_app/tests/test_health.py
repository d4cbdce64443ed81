from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shop.db import get_session
from shop.main import app


@pytest.fixture
def broken_database() -> Iterator[None]:
    session = Mock(spec=Session)
    session.execute.side_effect = OperationalError("SELECT 1", {}, Exception("gone"))
    app.dependency_overrides[get_session] = lambda: session
    yield
    del app.dependency_overrides[get_session]


def test_healthy(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "healthy"}


def test_healthy_after_startup() -> None:
    with TestClient(app) as client:
        assert client.get("/health").status_code == 200
        assert len(client.get("/products").json()) == 5


@pytest.mark.usefixtures("broken_database")
def test_unhealthy_without_a_database(client: TestClient) -> None:
    assert client.get("/health").status_code == 503


def test_version_is_the_release(client: TestClient) -> None:
    app.state.release = "2024.11"
    assert client.get("/version").json() == {"release": "2024.11"}
