"""LK503: a synchronous client inside a running event loop."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from shop.main import create_app


@pytest.mark.anyio
async def test_synchronous_inside() -> None:
    with TestClient(create_app()) as client:
        assert client.get("/health").json() == "well"  # blocks the loop of the test


@pytest.mark.anyio
async def test_asynchronous_inside() -> None:
    async with AsyncClient(transport=ASGITransport(create_app()), base_url="http://shop") as client:
        assert (await client.get("/health")).json() == "well"


def test_synchronous_outside() -> None:
    with TestClient(create_app()) as client:
        assert client.get("/health").json() == "well"
