"""LK504: one client that keeps cookies between files: this one is logged in, or not."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_somebody(shared_client: TestClient) -> None:
    assert shared_client.get("/user").status_code == 200


def test_nobody(own_client: TestClient) -> None:
    assert own_client.get("/user").json() == "nobody"


def test_nobody_with_a_client_that_is_cleared(cleared_client: TestClient) -> None:
    assert cleared_client.get("/user").json() == "nobody"
