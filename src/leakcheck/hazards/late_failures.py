"""Failures that come from what another test has left: which they are, and to what the failing code is tied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType, MethodType, ModuleType, TracebackType
from typing import Any, TypeVar

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.loops import loop_of
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.identity import identity

T = TypeVar("T")

RESET, CLOSED, OTHER_LOOP = "ConnectionResetError", "Event loop is closed", "attached to a different loop"
_TEXTS = {
    CLOSED: CLOSED,
    OTHER_LOOP: OTHER_LOOP,
    "is bound to a different event loop": OTHER_LOOP,
    "belongs to a different loop": OTHER_LOOP,
}
_MOST_ERRORS, _MOST_FRAMES, _MOST_OBJECTS, _MOST_ITEMS, _MOST_HELD, _DEEPEST = 20, 60, 500, 20, 100, 5


def symptom(error: BaseException) -> tuple[str, BaseException] | None:
    """Which of them `error` is, or was made of; with the error that says so."""
    for each in _chain(error):
        if issubclass(type(each), ConnectionResetError | BrokenPipeError):
            return RESET, each
        text = each.args[0] if type(each) in (RuntimeError, ValueError) and each.args else ""
        if type(text) is str:
            found = next((name for part, name in _TEXTS.items() if part in text), None)
            if found is not None:
                return found, each
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it came from or is a group of."""
    waiting, met = [error], set[int]()
    while waiting and len(met) < _MOST_ERRORS:
        each = waiting.pop(0)
        if identity(each) in met:
            continue
        met.add(identity(each))
        yield each
        group: tuple[BaseException, ...] = getattr(each, "exceptions", ()) if _is_group(each) else ()
        waiting += [other for other in (*group, each.__cause__, each.__context__) if other is not None]


def _is_group(error: BaseException) -> bool:
    return issubclass(type(error), BaseExceptionGroup)


def frames_of(error: BaseException) -> list[FrameType]:
    """Where it was raised, the innermost first, up to the innermost line of the project."""
    found: list[FrameType] = []
    place: TracebackType | None = error.__traceback__
    while place is not None:
        found.append(place.tb_frame)
        place = place.tb_next
    inner: list[FrameType] = []
    for frame in reversed(found[-_MOST_FRAMES:]):
        inner.append(frame)
        if is_project_file(frame.f_code.co_filename):
            break
    return inner


def project_line(error: BaseException) -> tuple[str, int, str] | None:
    """File, line and function: where in the project it came from."""
    found, place = None, error.__traceback__
    while place is not None:
        code = place.tb_frame.f_code
        if is_project_file(code.co_filename):
            found = code.co_filename, place.tb_lineno, code.co_name
        place = place.tb_next
    return found


def tied_to(error: BaseException, known: Callable[[object], T | None]) -> T | None:
    """What is `known` of the first such object that the code which failed had at hand: the nearest first."""
    met, left = set[int](), iter(range(_MOST_OBJECTS))
    for frame in frames_of(error):
        row: list[object] = [*frame.f_locals.values(), *_globals_of(frame)]
        for _ in range(_DEEPEST):
            row = [each for each in row if identity(each) not in met and next(left, None) is not None]
            met.update(map(identity, row))
            found = next((what for what in map(known, row) if what is not None), None)
            if found is not None:
                return found
            row = [inner for each in row for inner in _inside(each)]
    return None


def _globals_of(frame: FrameType) -> Iterator[object]:
    """What the code of the project in `frame` names of its module, and of the modules, classes and objects that it
    names there: first what it names of them, as it may be all that is left (`assertRaises` empties the frames of
    what it lets pass), and a class may hold the loops of many."""
    if not is_project_file(frame.f_code.co_filename):
        return
    names = frame.f_code.co_names
    known = [found for name in names if (found := frame.f_globals.get(name)) is not None]
    for each in known:
        held = _held(each)
        yield from (held[name] for name in names if name in held)
    yield from (each for each in known if type(each) is not ModuleType)


def _held(node: Any) -> Mapping[str, object]:
    return type.__getattribute__(node, "__dict__") if issubclass(type(node), type) else attributes(node)


def _inside(node: Any) -> Iterable[object]:
    """What an object holds, as far as that is seen without running anything of its class."""
    kind = type(node)
    if kind in (list, tuple):
        return tuple(node[:_MOST_ITEMS])
    if kind is dict:
        return list(node.values())[:_MOST_ITEMS]
    if kind is MethodType:
        return (node.__self__,)
    loop = loop_of(node)
    return tuple(_held(node).values())[:_MOST_HELD] if loop is None else (loop,)
