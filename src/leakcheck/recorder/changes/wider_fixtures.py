"""Errors at the teardown of what several tests share.

pytest tells the error of a wider fixture with whichever test comes last in its scope, or next with another
parameter. It is an error of the fixture and no outcome of that test: in another order another test would have it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import NamedTuple

import pytest

from leakcheck.recorder.changes.owner_names import relative
from leakcheck.records import FixtureError

_OF_PYTEST = re.compile(r"errors (?:during test teardown|while tearing down )")
_GROUPS = ("ExceptionGroup", "BaseExceptionGroup")
"""By name: before Python 3.11 they are a backport's."""
_REAL_PATH = os.path.realpath
_NARROW = "function"


class Apart(NamedTuple):
    """An error of one phase, taken apart: what belongs to wider fixtures, and whether the test has a part in it."""

    wider: tuple[FixtureError, ...]
    is_own: bool


def taken_apart(error: BaseException, root: str) -> Apart:
    """Whose errors `error`, which pytest caught in one phase of a test, consists of."""
    found = [(_sharer(each), each) for each in _single(error)]
    wider = (_told(sharer, each, root) for sharer, each in found if sharer is not None)
    return Apart(tuple(dict.fromkeys(wider)), any(sharer is None for sharer, _ in found))


def _single(error: BaseException) -> Iterator[BaseException]:
    """The errors that pytest has put together."""
    if type(error).__name__ in _GROUPS and _OF_PYTEST.match(str(getattr(error, "message", ""))):
        for part in getattr(error, "exceptions", ()):
            yield from _single(part)
    else:
        yield error


def _sharer(error: BaseException) -> pytest.FixtureDef[object] | pytest.Collector | None:
    """The wider fixture or the collector that was being torn down; None if it was none."""
    ending = [frame for frame in _frames(error.__traceback__) if frame.f_code.co_name in ("finish", "teardown")]
    for frame in reversed(ending):
        ended = frame.f_locals.get("self")
        if isinstance(ended, pytest.FixtureDef) and frame.f_code.co_name == "finish":
            return ended if ended.scope != _NARROW else None
        if isinstance(ended, pytest.Item):
            return None
        if isinstance(ended, pytest.Collector):
            return ended
    return None


def _frames(trace: TracebackType | None) -> Iterator[FrameType]:
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _told(sharer: pytest.FixtureDef[object] | pytest.Collector, error: BaseException, root: str) -> FixtureError:
    file, line = _place(error, root)
    kind = type(error).__name__
    if isinstance(sharer, pytest.Collector):
        return FixtureError(f"{type(sharer).__name__} {sharer.nodeid}", "", "", kind, file, line)
    code = getattr(sharer.func, "__code__", None)
    made = code.co_filename if isinstance(code, CodeType) else ""
    where = relative(_REAL_PATH(made), root) if _is_own(made, root) else sharer.baseid
    return FixtureError(sharer.argname, str(sharer.scope), where, kind, file, line)


def _place(error: BaseException, root: str) -> tuple[str, int]:
    """The innermost line of the project that it came through; ("", 0) if there is none."""
    found = ("", 0)
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if _is_own(file, root):
            found = (relative(_REAL_PATH(file), root), trace.tb_lineno)
        trace = trace.tb_next
    return found


def _is_own(file: str, root: str) -> bool:
    return _REAL_PATH(file).startswith(os.path.join(root, "")) and "site-packages" not in file
