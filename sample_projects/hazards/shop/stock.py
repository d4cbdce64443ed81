"""A lock that is made at import, and one for each stock."""

from __future__ import annotations

import asyncio

lock = asyncio.Lock()  # every event loop that uses it is another one


class Stock:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.goods = 0

    async def add(self) -> None:
        async with self.lock:
            self.goods += 1


async def count() -> int:
    async with lock:
        return 3
