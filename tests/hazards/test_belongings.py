"""Whose a loop or a socket is, where that explains a failure."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from hazards.seen import line
from leakcheck.hazards.belongings import NOBODYS, Belongings
from leakcheck.hazards.late_failures import CLOSED, OTHER_LOOP, RESET
from leakcheck.records import Source


class Scene:
    """A test that runs a line; `shared`: a fixture of several tests does."""

    def __init__(self) -> None:
        self.running, self.shared = "test_a", False

    def test(self) -> str:
        return self.running

    def is_shared(self) -> bool:
        return self.shared

    def source(self) -> Source:
        return line(5)


class Loop:
    def __init__(self) -> None:
        self._closed = False

    def close(self) -> None:
        self._closed = True


@pytest.fixture
def scene() -> Any:
    return Scene()


@pytest.fixture
def known(scene: Any, monkeypatch: pytest.MonkeyPatch) -> Belongings:
    for name in ("__init__", "close"):
        monkeypatch.setattr(Loop, name, vars(Loop)[name])
    known = Belongings()
    known.patch_loops(SimpleNamespace(BaseEventLoop=Loop), scene)  # type: ignore[arg-type]
    return known


def test_a_loop_that_a_test_has_closed(known: Belongings, scene: Any) -> None:
    loop = Loop()
    assert known.behind(CLOSED, "test_b", loop) is None
    loop.close()
    scene.running = "test_b"
    loop.close()
    found = known.behind(CLOSED, "test_b", loop)
    assert found is not None
    assert (found.test, found.source) == ("test_a", line(5))
    assert known.behind(CLOSED, "test_a", loop) is NOBODYS, "its own"


def test_a_loop_of_another_test(known: Belongings, scene: Any) -> None:
    loop = Loop()
    found = known.behind(OTHER_LOOP, "test_b", loop)
    assert found is not None
    assert found.test == "test_a"
    scene.shared = True
    assert known.behind(OTHER_LOOP, "test_b", Loop()) is NOBODYS, "everybody's"
    scene.shared, scene.running = False, ""
    assert known.behind(OTHER_LOOP, "test_b", Loop()) is NOBODYS, "made at import"
    scene.running = "test_b"
    assert known.behind(OTHER_LOOP, "test_b", Loop()) is None, "its own: the other one is to be found"


def test_a_connection_of_another_test(known: Belongings, scene: Any) -> None:
    with socket.socket() as mine, socket.socket() as other:
        known.connected(mine, line(9), scene)
        found = known.behind(RESET, "test_b", mine)
        assert found is not None
        assert (found.test, found.source) == ("test_a", line(9))
        assert known.behind(RESET, "test_b", other) is None
        assert known.behind(RESET, "test_a", mine) is NOBODYS, "its own"
        assert known.behind(CLOSED, "test_b", mine) is None
