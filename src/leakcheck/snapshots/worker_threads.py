"""Connections to SQLite that may be used in one thread only, a worker of aiosqlite's: what is asked of such a
connection is asked in its thread, by the queue through which the suite asks, too."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from leakcheck.snapshots.identity import identity

T = TypeVar("T")
Put = Callable[[tuple[Any, Callable[[], Any]]], None]

SECONDS = 1.0
"""So long a worker is waited for: it may be in the middle of something, or have ended with its event loop."""
_CLASS = "aiosqlite.core", "Connection"


class NoAnswer(Exception):
    """The worker is busy, or gone."""


class _NoFuture:
    """Stands for the future that the worker reports to, and for the event loop of that one."""

    def get_loop(self) -> _NoFuture:
        return self

    def call_soon_threadsafe(self, *call: object) -> None:
        pass


class _Call:
    """One function, to be called in another thread unless nobody waits for it any more."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._begun = threading.Lock()
        self._ended = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None

    def __call__(self) -> None:
        if not self._begun.acquire(blocking=False):
            return
        try:
            self._result = self._function()
        except BaseException as error:  # told where it is waited for
            self._error = error
        self._ended.set()

    def wait(self) -> Any:
        """What it returned; NoAnswer where it has not begun in time, and then it never will."""
        if not self._ended.wait(SECONDS) and self._begun.acquire(blocking=False):
            raise NoAnswer
        self._ended.wait()
        if self._error is not None:
            raise self._error
        return self._result


def workers(objects: Iterable[Any]) -> Mapping[int, Put]:
    """Of those among `objects` that have a worker: identity of the connection -> how its worker is asked."""
    module, name = _CLASS
    kind = vars(sys.modules[module]).get(name) if module in sys.modules else None
    found = [each for each in objects if type(each) is kind] if kind is not None else []
    states = [object.__getattribute__(each, "__dict__") for each in found]
    return {
        identity(state["_connection"]): _putting(state["_tx"].put_nowait, state.get("_thread", each))
        for each, state in zip(found, states, strict=True)
        if state.get("_connection") is not None and "_tx" in state and _is_alive(state.get("_thread", each))
    }


def _putting(put: Put, thread: Any) -> Put:
    """Nothing is put where nobody takes it any more: that would be waited for in vain, at each look anew."""
    held = weakref.ref(thread)

    def put_if_alive(item: tuple[Any, Callable[[], Any]]) -> None:
        if not _is_alive(held()):
            raise NoAnswer
        put(item)

    return put_if_alive


def _is_alive(thread: Any) -> bool:
    """Not one that was left behind by a fork. Before aiosqlite 0.22 the connection is the thread."""
    return isinstance(thread, threading.Thread) and threading.Thread.is_alive(thread)


def called(put: Put | None, function: Callable[[], T]) -> T:
    """What `function` returns, called by the worker behind `put`, or here where there is none."""
    if put is None:
        return function()
    call = _Call(function)
    with _unlogged():
        put((_NoFuture(), call))
        result: T = call.wait()
    return result


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Meanwhile the worker writes no line into the project's log that it does not write without us."""
    log = logging.getLogger("aiosqlite")
    was = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = was
