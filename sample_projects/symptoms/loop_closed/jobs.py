from __future__ import annotations

import asyncio

loop = asyncio.new_event_loop()


async def job() -> str:
    return "done"


def run() -> str:
    return loop.run_until_complete(job())
