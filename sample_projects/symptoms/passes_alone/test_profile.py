from __future__ import annotations

from app import app, get_user
from fastapi.testclient import TestClient


def test_profile() -> None:
    app.dependency_overrides[get_user] = lambda: "ann"
    assert TestClient(app).get("/me").json() == "ann"
