from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient

from shop import mailer
from shop.auth import current_user
from shop.config import SESSION_COOKIE
from shop.main import app
from shop.models import User
from tests.clients import log_in

CAROL = {"name": "Carol", "email": "carol@shop.example", "password": "hunter2"}


def test_register_and_log_in(client: TestClient) -> None:
    assert client.post("/users", json=CAROL).status_code == 201
    response = client.post("/session", json=CAROL)
    assert response.json() == {"name": "Carol"}


def test_an_address_can_register_once(client: TestClient) -> None:
    response = client.post("/users", json=CAROL | {"email": "bob@shop.example"})
    assert response.status_code == 409


def test_registration_sends_a_welcome(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Mock()
    monkeypatch.setattr(mailer, "send", send)
    client.post("/users", json=CAROL)
    send.assert_called_once()
    assert send.call_args.args[:2] == ("carol@shop.example", "Welcome")


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@shop.example", "wrong"), ("nobody@shop.example", "secret")],
    ids=["wrong password", "unknown address"],
)
def test_login_is_refused(client: TestClient, email: str, password: str) -> None:
    response = client.post("/session", json={"email": email, "password": password})
    assert response.status_code == 401
    assert SESSION_COOKIE not in client.cookies


def test_profile_needs_a_login(client: TestClient) -> None:
    assert client.get("/me").status_code == 401


def test_profile_needs_our_signature(client: TestClient) -> None:
    client.cookies.set(SESSION_COOKIE, "1.0123456789abcdef")
    assert client.get("/me").status_code == 401


def test_profile_shows_who_logged_in(client: TestClient) -> None:
    log_in(client, "bob")
    assert client.get("/me").json() == {"name": "Bob", "email": "bob@shop.example"}


def test_profile_shows_the_address(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    dora = User(id=7, name="Dora", email="dora@shop.example")
    monkeypatch.setitem(app.dependency_overrides, current_user, lambda: dora)
    assert client.get("/me").json()["email"] == "dora@shop.example"
