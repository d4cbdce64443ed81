"""A transaction that nobody ends keeps others out."""

import pytest
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


async def test_nothing_is_posted_yet(client: AsyncClient) -> None:
    assert (await client.get("/accounts/1000/postings")).json() == 0


async def test_what_is_unbalanced_is_not_closed(client: AsyncClient) -> None:
    await client.post("/accounts/1000/postings", params={"amount": 5})
    assert (await client.post("/closing")).status_code == 409


async def test_renames_the_cash_and_back(client: AsyncClient) -> None:
    for name in ("Till", "Cash"):
        assert (await client.patch("/accounts/1000", params={"name": name})).status_code == 200
