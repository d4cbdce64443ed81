"""A database in memory, which nobody empties."""

import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


async def test_learns_a_rate(client: AsyncClient) -> None:
    await client.put("/rates/EUR", params={"cents": 108})
    assert (await client.get("/rates")).json()["EUR"] == 108


async def test_knows_no_rate_at_first(client: AsyncClient) -> None:
    assert (await client.get("/rates")).json() == {}
