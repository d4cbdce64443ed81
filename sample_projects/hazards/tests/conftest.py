"""What several files share."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shop import session
from shop.main import create_app, get_stock

own_app = create_app(with_lifespan=False)
own_app.dependency_overrides[get_stock] = dict  # right: this file has made the application

patched_and_put_back = patch("shop.main.get_user")
patched_and_put_back.start()
patched_and_put_back.stop()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_client() -> TestClient:
    return TestClient(session.app)


@pytest.fixture
def own_client() -> TestClient:
    return TestClient(session.app)


@pytest.fixture(scope="session")
def cleared_session_client() -> TestClient:
    return TestClient(session.app)


@pytest.fixture
def cleared_client(cleared_session_client: TestClient) -> Iterator[TestClient]:
    yield cleared_session_client
    cleared_session_client.cookies.clear()


@pytest.fixture
def ours() -> FastAPI:
    return own_app
