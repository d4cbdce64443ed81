"""LK504: one client that keeps cookies between files: this one logs in."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_logs_in(shared_client: TestClient) -> None:
    shared_client.post("/login")
    assert shared_client.cookies  # the next file is logged in


def test_logs_in_with_its_own_client(own_client: TestClient) -> None:
    own_client.post("/login")
    assert own_client.get("/user").json() == "ann"


def test_logs_in_with_a_client_that_is_cleared(cleared_client: TestClient) -> None:
    cleared_client.post("/login")
    assert cleared_client.get("/user").json() == "ann"
