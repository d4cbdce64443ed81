"""LK502: a client without `with`, on an application that has a lifespan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shop.main import create_app


@pytest.fixture(scope="module")
def closed() -> TestClient:
    return TestClient(create_app())  # never opened: the lifespan does not run


@pytest.fixture
def app() -> FastAPI:
    return create_app()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_closed(closed: TestClient) -> None:
    assert closed.get("/health").json() == "well"


def test_open(client: TestClient) -> None:
    assert client.get("/health").json() == "well"


def test_second_client_of_an_open_application(app: FastAPI, client: TestClient) -> None:
    assert TestClient(app).get("/health").json() == "well"


def test_nothing_to_start() -> None:
    assert TestClient(create_app(with_lifespan=False)).get("/health").json() == "well"
