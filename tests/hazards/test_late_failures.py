"""Which failures are another test's, and to what the failing code is tied."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Callable, Iterator

import pytest

from leakcheck.hazards.late_failures import CLOSED, OTHER_LOOP, RESET, project_line, symptom, tied_to


class Client:
    def __init__(self, held: object) -> None:
        self.transport = [held]

    def __getattribute__(self, name: str) -> object:
        if name != "call":
            raise AssertionError(name)
        return object.__getattribute__(self, name)

    def call(self, error: BaseException) -> None:
        raise error


class Global:
    client: Client


def raised(action: Callable[[], object]) -> BaseException:
    try:
        action()
    except BaseException as error:
        return error
    raise AssertionError


def chained() -> None:
    try:
        raise ConnectionResetError(104, "reset")
    except OSError as error:
        raise LookupError("no page") from error


def grouped() -> None:
    raise ExceptionGroup("several", [ValueError("one"), http.client.RemoteDisconnected("gone")])


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (RuntimeError("Event loop is closed"), CLOSED),
        (RuntimeError("Task <Task> got Future <Future> attached to a different loop"), OTHER_LOOP),
        (RuntimeError("<Lock> is bound to a different event loop"), OTHER_LOOP),
        (ValueError("The future belongs to a different loop than the one specified"), OTHER_LOOP),
        (BrokenPipeError(32, "Broken pipe"), RESET),
        (raised(chained), RESET),
        (raised(grouped), RESET),
    ],
)
def test_what_it_is(error: BaseException, name: str) -> None:
    found = symptom(error)
    assert found is not None
    assert found[0] == name


@pytest.mark.parametrize("error", [RuntimeError(), RuntimeError(3), AssertionError("Event loop is closed")])
def test_what_it_is_not(error: BaseException) -> None:
    assert symptom(error) is None


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__context__, other.__context__ = other, one
    assert symptom(one) is None


def test_it_is_tied_to_what_the_failing_code_holds(loop: asyncio.AbstractEventLoop) -> None:
    known = {id(loop): "that of test_a"}
    client = Client({"loop": loop})
    error = raised(lambda: client.call(RuntimeError("Event loop is closed")))
    assert tied_to(error, lambda each: known.get(id(each))) == "that of test_a"
    assert tied_to(raised(lambda: Client(3).call(RuntimeError())), lambda each: known.get(id(each))) is None


def test_and_to_the_globals_that_it_names(loop: asyncio.AbstractEventLoop) -> None:
    Global.client = Client(loop.create_future())
    error = raised(lambda: Global.client.call(RuntimeError()))
    assert tied_to(error, lambda each: each is loop or None)


def test_the_line_of_the_project() -> None:
    with socket.socket() as made:
        found = project_line(raised(lambda: made.connect("nowhere")))
    assert found is not None
    assert found[0] == __file__
