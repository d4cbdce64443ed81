"""Sessions of SQLAlchemy, and how long they live."""

from __future__ import annotations

import asyncio
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hazards.seen import line
from leakcheck.hazards.sessions import WiderSessions
from leakcheck.records import Source

WIDER = Source("tests/conftest.py", 1, "f", "setup", "db", "session")


class Scene:
    def __init__(self, source: Source | None) -> None:
        self.where = source

    def source(self) -> Source | None:
        return self.where


def looked_at(source: Source | None) -> tuple[Any, WiderSessions]:
    """A session that is made at `source`, and tells what connects."""
    wider = WiderSessions()

    class Session:
        def __init__(self, bind: str, *, echo: bool = False) -> None:
            self.bind = bind

        def _connection_for_bind(self, *args: object, **given: object) -> object:
            return args, given, wider.connect()

        async def connect(self) -> object:
            await asyncio.sleep(0)
            return self._connection_for_bind()

    module: Any = SimpleNamespace(Session=Session)
    looked: ModuleType = module
    wider.patch(looked, Scene(source))  # type: ignore[arg-type]
    return Session("engine", echo=True), wider


@pytest.mark.parametrize(
    ("source", "is_wider"),
    [(WIDER, True), (line(1, phase="import"), True), (line(1), False), (None, False)],
)
def test_a_session_of_a_wider_fixture_connects_for_itself(source: Source | None, is_wider: bool) -> None:
    session, wider = looked_at(source)
    assert session._connection_for_bind("bind", options=1) == (("bind",), {"options": 1}, is_wider)
    assert not wider.connect()


def test_who_connects_is_known_in_each_task() -> None:
    session, wider = looked_at(WIDER)

    async def other() -> bool:
        await asyncio.sleep(0)
        return wider.connect()

    async def both() -> tuple[object, bool]:
        found, elsewhere = await asyncio.gather(session.connect(), other())
        return found, elsewhere

    assert asyncio.run(both()) == (((), {}, True), False)


def test_what_is_no_session_is_left_as_it_is() -> None:
    module: Any = SimpleNamespace(Session=type("Session", (), {}))
    looked: ModuleType = module
    WiderSessions().patch(looked, Scene(WIDER))  # type: ignore[arg-type]
    assert module.Session() is not None
