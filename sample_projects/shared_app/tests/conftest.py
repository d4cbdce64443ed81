from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from shop import seed
from shop.auth import current_user
from shop.db import Base, engine
from shop.main import app
from shop.models import User
from tests.clients import log_in


@pytest.fixture(autouse=True)
def database() -> Iterator[None]:
    """Every test starts with the tables as `shop.seed` fills them."""
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        seed.fill(session)
    yield
    Base.metadata.drop_all(engine)


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)


@pytest.fixture
def customer(client: TestClient) -> TestClient:
    """A client on which Alice has logged in."""
    log_in(client)
    return client


@pytest.fixture
def as_alice() -> None:
    """Requests come from Alice, without the detour of a login."""
    alice = User(id=1, name="Alice", email="alice@shop.example")
    app.dependency_overrides[current_user] = lambda: alice
