"""How observers look over the shoulder of a library: its functions do what they did, and nothing is changed."""

from __future__ import annotations

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
from leakcheck.snapshots.stand_ins import stands_in_for

T = TypeVar("T")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_SOCKETS = os.path.join(os.path.dirname(os.__file__), "socket.py")


def look_before(owner: Any, name: str, tell: Callable[..., None], *, by_project: bool = False) -> None:
    """Before each call of `name` of a class or module, `tell` its arguments; nothing if it has no such function.
    What makes a coroutine does so still: mocks and frameworks ask. A class may have it from its base. With
    `by_project`, calls of libraries are not told: some make thousands."""
    function = vars(owner).get(name, getattr(owner, name, None))
    if not callable(function):
        return

    @stands_in_for(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        _try_to(tell, args, kwargs)
        return function(*args, **kwargs)

    @stands_in_for(function)
    def of_project(*args: Any, **kwargs: Any) -> Any:
        caller = _getframe(1)
        decided = _is_of_project(caller.f_code.co_filename)
        if decided or (decided is None and is_called_by_project(caller)):
            _try_to(tell, args, kwargs)
        return function(*args, **kwargs)

    @stands_in_for(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        _try_to(tell, args, kwargs)
        return await function(*args, **kwargs)

    plain = of_project if by_project else wrapper
    setattr(owner, name, awaited if inspect.iscoroutinefunction(function) else plain)


def _try_to(tell: Callable[..., None], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Tell, and be none the worse if that fails: a test may have broken anything, then this is not seen."""
    try:
        tell(*args, **kwargs)
    except Exception:  # `contextlib.suppress` is a microsecond, of calls of which there are many
        return


def look_after(owner: Any, name: str, tell: Callable[..., None]) -> None:
    """After each call of the function `name` of a class or module that raised nothing, `tell` what it returned and
    the positional arguments."""

    def telling(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            _try_to(tell, (found, *args), {})
            return found

        return wrapper

    _wrap(owner, name, telling)


def look_around(
    owner: Any,
    name: str,
    during: Callable[..., AbstractContextManager[None]],
    *,
    when: Callable[[object], bool] | None = None,
) -> None:
    """Each call of the function `name` of a class or module happens `during` something of ours, which
    gets the arguments; given `when`, only calls for whose first one it says so."""

    def surrounded(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if when is not None and not when(args[0] if args else None):
                return function(*args, **kwargs)
            with during(*args, **kwargs):
                return function(*args, **kwargs)

        return wrapper

    _wrap(owner, name, surrounded)


def _wrap(owner: Any, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put something around the function `name` that a class or module defines, if it does."""
    function = vars(owner).get(name)
    if callable(function):
        setattr(owner, name, stands_in_for(function)(around(function)))


class ByIdentity(Generic[T]):
    """What is known of objects, by their identity: none is kept alive, compared or hashed."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._known: dict[int, tuple[weakref.ref[object], T]] = {}

    def __bool__(self) -> bool:
        """Whether anything is known of any object: else nobody need ask for one."""
        return bool(self._known)

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


def is_called_by_project(frame: FrameType | None = None) -> bool:
    """Whether it is the project's own code that calls what is looked at, from `frame` outwards; past the library's
    own helpers beside it, and past what was made of text (data classes)."""
    frame = _getframe(1) if frame is None else frame
    while frame is not None:
        decided = _is_of_project(frame.f_code.co_filename)
        if decided is not None:
            return decided
        frame = frame.f_back
    return False


@functools.cache
def _is_of_project(file: str) -> bool | None:
    """Whether code of that file is the project's; None where that depends on who calls it."""
    if is_project_file(file):
        return True
    return None if file.startswith(("<", _PACKAGE)) or file == _SOCKETS else False
