"""What is left in an event loop is seen and put back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leakcheck.snapshots.containers import Holder, content
from leakcheck.snapshots.event_loops import put_back, read
from leakcheck.snapshots.rooted import Root, walk_from


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


async def _spawn(kept: list[Any]) -> None:
    kept.append(asyncio.get_running_loop().create_task(asyncio.sleep(30)))


ACTS: dict[str, Callable[[Any], object]] = {
    "debug": lambda loop: loop.set_debug(True),
    "exception_handler": lambda loop: loop.set_exception_handler(lambda loop, context: None),
    "task_factory": lambda loop: loop.set_task_factory(asyncio.Task),
    "slow_callback_duration": lambda loop: setattr(loop, "slow_callback_duration", 5),
    "tasks": lambda loop: loop.run_until_complete(_spawn(KEPT)),
}
KEPT: list[Any] = []


@pytest.mark.parametrize("key", ACTS)
def test_what_differs_is_put_back(loop: asyncio.AbstractEventLoop, key: str) -> None:
    before = read(loop)
    ACTS[key](loop)
    now = read(loop)
    assert [each for each in before if before[each] != now[each]] == [key]
    put_back(loop, key, before[key])
    assert read(loop) == before
    KEPT.clear()


def test_a_task_that_was_there_goes_on(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_until_complete(_spawn(KEPT))
    before = read(loop)
    loop.run_until_complete(_spawn(KEPT))
    put_back(loop, "tasks", before["tasks"])
    first, second = KEPT
    assert (first.done(), second.cancelled()) == (False, True)
    put_back(loop, "tasks", ())
    KEPT.clear()


def test_the_loop_of_a_runner_is_reached_and_nothing_else_of_it_is_told() -> None:
    found: dict[str, Holder] = {}
    with asyncio.Runner() as runner:
        runner.get_loop()
        walk_from(
            [Root("fixture_values", "session fixture runner", runner)],
            lambda each, _: found.update({each.path: each}),
        )
        inside = content(found["session fixture runner:_loop"])
    assert set(inside) == {*ACTS, "default_executor"}
    assert not [path for path in found if path.startswith("session fixture runner:_loop.")]
