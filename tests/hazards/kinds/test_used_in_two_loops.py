"""LK509: pools keep connections that belong to the loop which opened them."""

from __future__ import annotations

import asyncio
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.used_in_two_loops import Hazard
from leakcheck.records import Sighting, Source


class Scene:
    def __init__(self) -> None:
        self.told: list[Sighting] = []

    def source(self) -> Source:
        return line(3)

    def tell(self, sighting: Sighting) -> None:
        self.told.append(sighting)


def pool_of(driver: str, scene: Scene) -> Any:
    """A pool of SQLAlchemy's for `driver`, that is looked at."""

    class Queue:
        def __init__(self) -> None:
            self._dialect = type("Dialect", (), {"driver": driver})()

        def connect(self) -> str:
            return "connection"

    class AsyncAdaptedQueuePool(Queue):
        pass

    module: Any = SimpleNamespace(AsyncAdaptedQueuePool=AsyncAdaptedQueuePool)
    looked: ModuleType = module
    Hazard().patches()["sqlalchemy.pool.impl"](looked, scene)  # type: ignore[arg-type]
    return AsyncAdaptedQueuePool()


async def use(pool: Any) -> None:
    assert pool.connect() == "connection"
    assert pool.connect() == "connection"


@pytest.mark.parametrize(("driver", "times"), [("asyncpg", 2), ("aiosqlite", 0)])
def test_an_engine_in_three_loops(driver: str, times: int) -> None:
    scene = Scene()
    pool = pool_of(driver, scene)
    for _ in range(3):
        asyncio.run(use(pool))
    assert [each.names for each in scene.told] == [("engine",)] * times


def test_an_engine_for_each_loop() -> None:
    scene = Scene()
    for _ in range(2):
        asyncio.run(use(pool_of("asyncpg", scene)))
    assert scene.told == []


@pytest.mark.parametrize("name", ["Condition", "BoundedSemaphore", "Barrier", "PriorityQueue"])
def test_what_a_line_of_the_project_makes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scene, hazard = Scene(), Hazard()
    for module in (asyncio.locks, asyncio.queues):
        for cls in [getattr(module, name) for name in module.__all__ if name[0].isupper()]:
            for method in ("__init__", "acquire", "__aenter__", "wait", "get", "put"):
                if method in vars(cls) or (cls, method) == (asyncio.Condition, "__aenter__"):
                    monkeypatch.setattr(cls, method, getattr(cls, method))
        hazard.patches()[module.__name__](module, scene)  # type: ignore[arg-type]
    made = getattr(asyncio, name)(*((1,) if name == "Barrier" else ()))

    async def wait() -> None:
        if name == "Barrier":
            await made.wait()
        elif name == "PriorityQueue":
            await made.put(1)
        else:
            async with made:
                pass

    asyncio.run(wait())
    assert scene.told == []
    asyncio.run(wait())
    assert [each.names for each in scene.told] == [(name,)]


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("Lock", "One asyncio.Lock is used in several event loops"),
        ("engine", "One engine is used in several event loops"),
        ("HTTP client", "One HTTP client is used in several event loops"),
    ],
)
def test_it_is_told_by_what_people_call_it(what: str, title: str) -> None:
    (told,) = Hazard().found(seen(run("a", Sighting("LK509", "used", "", "", line(3), (what,)))))
    assert told.title == title
