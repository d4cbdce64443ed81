import asyncio

POLLERS = []


async def poll():
    await asyncio.sleep(60)


async def test_is_quiet():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)


async def test_complains():
    assert asyncio.get_running_loop().get_exception_handler() is None


async def test_polls():
    POLLERS.append(asyncio.create_task(poll()))
    await asyncio.sleep(0)


async def test_nobody_polls():
    assert [each for each in asyncio.all_tasks() if each.get_coro().__name__ == "poll"] == []


async def test_runs():
    assert asyncio.get_running_loop().is_running()
