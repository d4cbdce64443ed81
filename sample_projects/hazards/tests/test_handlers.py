"""LK506: handlers that a lifespan keeps from running. They stand in `shop/legacy.py`."""

from __future__ import annotations

from fastapi.testclient import TestClient
from shop import legacy


def test_handlers_run_without_a_lifespan() -> None:
    with TestClient(legacy.old):
        assert "old" in legacy.ready
    legacy.ready.clear()


def test_handlers_do_not_run_beside_one() -> None:
    with TestClient(legacy.both):
        assert "both" not in legacy.ready
