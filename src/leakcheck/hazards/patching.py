"""How observers look over the shoulder of a library: its functions do what they did, and nothing is changed."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from sys import _getframe
from types import FrameType
from typing import Any, Generic, TypeVar

from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.identity import identity

T = TypeVar("T")
_OURS = f"{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}{os.sep}"
_SOCKET = os.path.join(os.path.dirname(os.__file__), "socket.py")


def look_before(owner: Any, name: str, tell: Callable[..., None]) -> None:
    """Before each call of `name` of a class or module, `tell` its arguments; nothing if it has no such function.
    What makes a coroutine does so still: mocks and frameworks ask. A class may have it from its base."""
    function = vars(owner).get(name, getattr(owner, name, None))
    if not callable(function):
        return

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:  # noqa: SIM105 (a request makes many such calls: a context manager would cost more than what is told)
            tell(*args, **kwargs)
        except Exception:  # a test may have broken anything: then this is not seen
            pass
        return function(*args, **kwargs)

    @functools.wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(Exception):
            tell(*args, **kwargs)
        return await function(*args, **kwargs)

    setattr(owner, name, awaited if inspect.iscoroutinefunction(function) else wrapper)


def look_before_project(owner: Any, name: str, tell: Callable[..., None]) -> None:
    """The same before each call by the project's own code, of what libraries call dozens of times a request."""
    function = vars(owner).get(name)
    if not callable(function):
        return

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if _is_of_project(_getframe(1).f_code.co_filename) is not False and is_called_by_project():
            with contextlib.suppress(Exception):
                tell(*args, **kwargs)
        return function(*args, **kwargs)

    setattr(owner, name, wrapper)


def look_after(owner: Any, name: str, tell: Callable[..., None]) -> None:
    """After each call of the function `name` of a class or module that raised nothing, `tell` what it returned and
    the positional arguments."""

    def telling(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            with contextlib.suppress(Exception):
                tell(found, *args)
            return found

        return wrapper

    _wrap(owner, name, telling)


def look_around(owner: Any, name: str, during: Callable[..., AbstractContextManager[None]]) -> None:
    """Each call of the function `name` of a class or module happens `during` something of ours, which
    gets the arguments."""

    def surrounded(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with during(*args, **kwargs):
                return function(*args, **kwargs)

        return wrapper

    _wrap(owner, name, surrounded)


def _wrap(owner: Any, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put something around the function `name` that a class or module defines, if it does."""
    function = vars(owner).get(name)
    if callable(function):
        setattr(owner, name, functools.wraps(function)(around(function)))


class ByIdentity(Generic[T]):
    """What is known of objects, by their identity: none is kept alive, compared or hashed."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._known: dict[int, tuple[weakref.ref[object], T]] = {}

    def get(self, owner: object) -> T | None:
        """What is known of `owner`, None if nothing is."""
        found = self._known.get(identity(owner))
        return found[1] if found is not None and found[0]() is owner else None

    def of(self, owner: object) -> T:
        """The same, made if nothing is known."""
        found = self.get(owner)
        if found is None:
            found = self._make()
            self.know(owner, found)
        return found

    def know(self, owner: object, what: T) -> None:
        """From now on this is known of `owner`."""
        known, place = self._known, identity(owner)

        def gone(ref: weakref.ref[object]) -> None:
            if place in known and known[place][0] is ref:
                del known[place]

        known[place] = weakref.ref(owner, gone), what

    def living(self) -> list[tuple[object, T]]:
        """All objects that are still there, with what is known of them."""
        found = [(ref(), known) for ref, known in list(self._known.values())]
        return [(owner, known) for owner, known in found if owner is not None]


def is_called_by_project() -> bool:
    """Whether it is the project's own code that calls what is looked at; past the library's own helpers beside it,
    and past what was made of text (data classes)."""
    frame: FrameType | None = _getframe(1)
    while frame is not None:
        found = _is_of_project(frame.f_code.co_filename)
        if found is not None:
            return found
        frame = frame.f_back
    return False


@functools.cache
def _is_of_project(file: str) -> bool | None:
    """Whether the code of a file is the project's own; None of what stands between it and what it calls."""
    is_between = file == _SOCKET or file.startswith(("<", _OURS))
    return None if is_between else is_project_file(file)
