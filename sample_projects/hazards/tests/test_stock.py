"""LK509: a lock of a module in several event loops. It stands in `shop/stock.py`."""

from __future__ import annotations

import pytest
from shop.stock import Stock, count


@pytest.mark.anyio
async def test_counts() -> None:
    assert await count() == 3


@pytest.mark.anyio
async def test_counts_again() -> None:
    assert await count() == 3


@pytest.mark.anyio
async def test_a_lock_of_its_own() -> None:
    stock = Stock()
    await stock.add()
    assert stock.goods == 1


@pytest.mark.anyio
async def test_another_lock_of_its_own() -> None:
    stock = Stock()
    await stock.add()
    await stock.add()
    assert stock.goods == 2
