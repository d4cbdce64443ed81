"""Numbers that a table gives away, and does not take back."""

import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


async def test_writes_and_cancels(client: AsyncClient) -> None:
    number = (await client.post("/invoices", params={"customer": "Ada"})).json()
    await client.delete(f"/invoices/{number}")


async def test_the_first_is_number_one(client: AsyncClient) -> None:
    number = (await client.post("/invoices", params={"customer": "Grace"})).json()
    await client.delete(f"/invoices/{number}")
    assert number == 1


async def test_none_is_left_open(client: AsyncClient) -> None:
    assert (await client.delete("/accounts/none")).status_code == 404
