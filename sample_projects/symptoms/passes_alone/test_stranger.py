from __future__ import annotations

from app import app
from fastapi.testclient import TestClient


def test_stranger_is_turned_away() -> None:
    assert TestClient(app).get("/me").status_code == 401
