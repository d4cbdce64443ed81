"""How far iterators and generators have come, and how a fresh one is made of what was kept.

Looked at without a step: iterators of the interpreter tell their place through C code, a counter by its numbers, a
generator by its frame. An iterator is copied where the copy is pure. A generator that has not begun is made again
by its function, which runs none of its code; one that has cannot be made again.
"""

from __future__ import annotations

import gc
import itertools
import sys
import types
from collections.abc import Callable
from typing import Any

from leakcheck.snapshots.holdings import cell_content
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.markers import Items

_EXAMPLES: tuple[Any, ...] = (
    iter([]), reversed([]), iter(()), iter("a"), iter("é"), iter(b""), iter(bytearray()), iter(range(0)),
    iter(range(1 << 70)), iter({}), iter({}.values()), iter({}.items()), iter(set()),
)  # fmt: skip
_PLAIN: tuple[type[Any], ...] = tuple(map(type, _EXAMPLES))
"""Iterators of built-in containers: they hold the container, and how far they are."""
_AROUND = (enumerate, zip, map, filter)
"""Iterators around others."""
_LOOKED_AT = frozenset(map(identity, (*_PLAIN, *_AROUND, itertools.count, itertools.cycle, types.GeneratorType)))
"""By identity: to look a class up in a set would call a `__hash__` that its metaclass may have."""
_NOT_BEGUN, _ENDED = "not begun", "at its end"
_WARNS = sys.version_info >= (3, 12)
"""Whether iterators of `itertools` warn where they are asked for their parts."""

Make = Callable[[], Any]


class Position:
    """One iterator or generator as it was first seen."""

    __slots__ = ("_first", "_make", "is_renewed", "iterator")

    def __init__(self, iterator: Any) -> None:
        self.iterator = iterator
        self.is_renewed = False
        self._first = position(iterator)
        self._make = _maker(iterator)

    def read(self) -> Any:
        """Where it stands now: short texts and plain values. A fresh one may be of another type, and stands where
        the first one stood."""
        return self._first if self.is_renewed else position(self.iterator)

    def renew(self) -> Any:
        """A fresh one that stands where this one was first seen; ValueError where none can be made. It is what is
        read from now on."""
        if self._make is None:
            raise ValueError("a generator that has begun")
        self.iterator = self._make()
        self.is_renewed = True
        return self.iterator


def has_place(kind: type[Any]) -> bool:
    """Whether objects of this class are iterators or generators that are looked at."""
    return identity(kind) in _LOOKED_AT


def has_position(value: object) -> bool:
    """Whether `value` is an iterator or generator of a sort that is looked at."""
    return identity(type(value)) in _LOOKED_AT


def position(value: Any) -> Any:
    """Where `value` stands."""
    kind = type(value)
    if kind is types.GeneratorType:
        return _place_of_generator(value)
    if kind is itertools.count:
        return repr(value) if _is_numeric(value) else "a counter"
    if kind is itertools.cycle:
        inner, done = _cycle(value)
        return f"cycle, {len(done)} of the round done, {_text(inner)}"
    return _text(value) if kind in (*_PLAIN, *_AROUND) else "an iterator"


def _is_numeric(counter: Any) -> bool:
    """Whether it counts plain numbers, whose texts are the interpreter's."""
    return all(type(each) in (int, float, bool, complex, type) for each in gc.get_referents(counter))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if type(value) not in (*_PLAIN, *_AROUND):
        return position(value) if has_position(value) else "an iterator"
    made = value.__reduce__()
    name = type(value).__name__
    inner = ", ".join(_text(each) for each in made[1] if has_position(each))
    if type(value) in _AROUND:
        return f"{name} of {inner}"
    (whole,) = made[1][:1] or ((),)
    if len(made) > 2:
        return f"{name} at {made[2]}" + (f" of {whole!r}" if type(whole) is range else "")
    return f"{name}, {len(whole)} left" if type(whole) in (list, tuple) and whole else f"{name} {_ENDED}"


def _cycle(value: Any) -> tuple[Any, list[Any]]:
    """(the iterator of what is ahead in this round, None where that is not known; what is behind, to come then)."""
    if _WARNS:
        held = gc.get_referents(value)
        lists = [each for each in held if type(each) is list]
        return next(filter(has_position, held), None), lists[-1] if lists else []
    _, (inner,), (saved, is_later) = value.__reduce__()
    return inner, saved[: inner.__reduce__()[2]] if is_later else saved


def _place_of_generator(value: Any) -> Items:
    frame = value.gi_frame
    if frame is None:
        return Items((_ENDED,))
    if not value.gi_running and not value.gi_suspended:
        return Items((_NOT_BEGUN,))
    return Items((f"at line {frame.f_lineno}", *_inside(value)))


def _inside(generator: Any) -> list[Any]:
    """Plain values that it holds, and the places of its loops: as the collector sees them, since a frame that is
    asked for its names keeps what they were."""
    held = gc.get_referents(generator)
    plain = [each for each in held if type(each) in (int, float, bool, str, bytes, type(None))]
    return [*plain, *(_text(each) for each in held if type(each) in (*_PLAIN, *_AROUND))]


def _maker(value: Any) -> Make | None:
    """How a fresh one is made that stands where `value` stands now."""
    kind = type(value)
    if kind is types.GeneratorType:
        return _remade(value) if position(value) == (_NOT_BEGUN,) else None
    if kind is itertools.count:
        numbers = _numbers(value)
        return None if numbers is None else (lambda: itertools.count(*numbers))
    if kind is itertools.cycle:
        return _cycled(*_cycle(value))
    return _copied(value)


def _cycled(inner: Any, done: list[Any]) -> Make | None:
    """The same round, from the place where it stands."""
    ahead, behind = _copied(inner), list(done)
    return None if ahead is None else (lambda: itertools.cycle([*ahead(), *behind]))


def _numbers(counter: Any) -> tuple[Any, ...] | None:
    """(next number, step) of a counter of plain numbers."""
    if not _is_numeric(counter):
        return None
    text = repr(counter)[len("count(") : -1]
    parts = [each.strip() for each in text.split(",")]
    if not all(each.lstrip("-").replace(".", "", 1).isdigit() for each in parts):
        return None
    return tuple(float(each) if "." in each else int(each) for each in parts)


def _copied(value: Any) -> Make | None:
    if type(value) not in (*_PLAIN, *_AROUND):
        return None
    cls, arguments, *state = value.__reduce__()
    inner = [_maker(each) if has_position(each) else _same(each) for each in arguments]
    if type(value) in _AROUND and not any(has_position(each) for each in arguments):
        return None  # around an iterator that cannot be copied
    makers = [each for each in inner if each is not None]
    if len(makers) < len(inner):
        return None

    def make() -> Any:
        copy = cls(*(each() for each in makers))
        if state and state[0] is not None:
            copy.__setstate__(state[0])
        return copy

    return make


def _same(value: Any) -> Make:
    return lambda: value


def _remade(generator: Any) -> Make | None:
    """A generator of the same function with the same arguments; only where its closure is known."""
    code, frame = generator.gi_code, generator.gi_frame
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    values, free = dict(frame.f_locals), code.co_freevars
    if code.co_flags & 0x0C or not values.keys() >= {*names}:  # *arguments, **keywords: how they came is not known
        return None
    functions = (each for each in gc.get_referrers(code) if type(each) is types.FunctionType)
    for function in functions:
        cells = function.__closure__ or ()
        if all(cell_content(cell) is values.get(name) for name, cell in zip(free, cells, strict=True)):
            positional = [values[name] for name in names[: code.co_argcount]]
            keywords = {name: values[name] for name in names[code.co_argcount :]}
            return lambda: function(*positional, **keywords)
    return None
