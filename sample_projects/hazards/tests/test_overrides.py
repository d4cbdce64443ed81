"""LK501: an override that no request resolves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shop.main import create_app, get_customer, get_stock, get_user


@pytest.fixture
def app() -> FastAPI:
    return create_app()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def as_customer(app: FastAPI) -> None:
    app.dependency_overrides[get_customer] = lambda: "carl"  # nothing depends on it: get_user was meant


@pytest.fixture
def as_carl(app: FastAPI) -> None:
    app.dependency_overrides[get_user] = lambda: "carl"


def test_wrong_callable(client: TestClient, as_customer: None) -> None:
    assert client.get("/me").status_code == 200


def test_wrong_route(client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.dependency_overrides, get_stock, dict)  # /me does not look at the stock
    assert client.get("/me").status_code == 200


def test_right(client: TestClient, as_carl: None) -> None:
    assert client.get("/me").json() == "carl"


def test_right_though_this_route_does_not_ask(client: TestClient, as_carl: None) -> None:
    assert client.get("/health").json() == "well"


def test_right_before_any_request(client: TestClient, app: FastAPI) -> None:
    app.dependency_overrides[get_customer] = lambda: "carl"
    assert get_customer in app.dependency_overrides
