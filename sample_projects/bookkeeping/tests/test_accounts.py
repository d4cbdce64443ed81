"""Rows: inserted, changed, and put right again."""

import pytest
from books.database import new_session
from books.models import Account
from httpx import AsyncClient

pytestmark = pytest.mark.anyio


async def test_opens_an_account(client: AsyncClient) -> None:
    await client.put("/accounts/3000", params={"name": "Sales"})
    assert "3000" in (await client.get("/accounts")).json()


async def test_begins_with_two_accounts(client: AsyncClient) -> None:
    assert len((await client.get("/accounts")).json()) == 2


async def test_closes_an_account(client: AsyncClient) -> None:
    await client.delete("/accounts/2000")
    assert "2000" not in (await client.get("/accounts")).json()


async def test_the_bank_is_open(client: AsyncClient) -> None:
    assert "2000" in (await client.get("/accounts")).json()


async def test_an_account_that_is_never_committed(client: AsyncClient) -> None:
    async with new_session() as session:
        session.add(Account(code="9000", name="Never"))
        await session.flush()


async def test_an_account_that_is_taken_away_again(client: AsyncClient) -> None:
    async with new_session() as session:
        account = Account(code="4000", name="Rent")
        session.add(account)
        await session.commit()
        await session.delete(account)
        await session.commit()
