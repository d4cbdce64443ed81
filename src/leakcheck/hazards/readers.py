"""Who reads a variable of the environment, and keeps what it read: a cached function, or a module at its import."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import CO_OPTIMIZED
from types import CodeType, FrameType
from typing import Any

from leakcheck.hazards.settings_fields import fields_read
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.type_names import label


@dataclass(frozen=True)
class Reader:
    """A cached function, with its `cache`, or a module at its import; and the `value` that it read."""

    name: str
    value: str | None
    cache: weakref.ref[Any] | None = None

    @property
    def still_has_it(self) -> bool:
        """Whether what it read is still there: a module keeps it, a cache until it is cleared."""
        if self.cache is None:
            return True
        cache = self.cache()
        return cache is not None and cache.cache_info().currsize > 0


class Caches:
    """The `lru_cache` around a function: in its own module, on a class there, or where it is called from, under
    whatever name.

    In a module where none was found it is looked for again when another number of names stands there: a suite
    that empties the environment for each test reads it a hundred times a test.
    """

    def __init__(self) -> None:
        self._without: dict[tuple[int, int], tuple[CodeType, int]] = {}

    def around(self, frame: FrameType) -> Any:
        """The one around what runs in `frame`, None if there is none."""
        code, caller = frame.f_code, frame.f_back
        named = frame.f_globals.get(code.co_name)
        if _is_around(named, code):
            return named
        found = self._in_module(frame.f_globals, code)
        if found is None and caller is not None:
            found = self._in_module(caller.f_globals, code)
            if found is None and caller.f_code.co_flags & CO_OPTIMIZED:  # else its names are the module's
                found = _among(caller.f_locals, code)
        return found

    def _in_module(self, names: dict[str, Any], code: CodeType) -> Any:
        place = id(names), id(code)
        _, size = self._without.get(place, (code, -1))
        if size == len(names):
            return None
        found = _among(names, code)
        if found is None:
            self._without[place] = code, len(names)  # the code is kept, so that no other has its identity
        return found


def reader_in(frame: FrameType | None, caches: Caches) -> tuple[Reader | None, tuple[str, ...] | None]:
    """The cached function or the module of the project that reads in `frame`, and the variables of the settings
    that it reads, where it is not one."""
    fields: tuple[str, ...] | None = None
    while frame is not None and not is_project_file(frame.f_code.co_filename):
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") != "__main__":
            return None, None  # a library reads, as it is imported
        fields = fields_read(frame) if fields is None else fields
        frame = frame.f_back
    while frame is not None:
        if is_project_file(frame.f_code.co_filename):
            cache = caches.around(frame)
            if cache is not None:
                return Reader(label(cache.__wrapped__), None, weakref.ref(cache)), fields
            if frame.f_code.co_name == "<module>":
                return Reader(f"the import of {frame.f_globals.get('__name__')}", None), fields
        frame = frame.f_back
    return None, None


def _among(names: dict[str, Any], code: CodeType) -> Any:
    return next((each for each in _held(names) if _is_around(each, code)), None)


def _held(names: dict[str, Any]) -> Iterator[object]:
    """What stands under the names of a module or function, and on the classes among it."""
    for each in list(names.values()):
        yield each
        if issubclass(type(each), type):
            members = type.__getattribute__(each, "__dict__")
            for member in list(members.values()):
                yield member.__func__ if type(member) in (staticmethod, classmethod) else member


def _is_around(found: object, code: CodeType) -> bool:
    if type(found) is not functools._lru_cache_wrapper:
        return False
    return getattr(found.__wrapped__, "__code__", None) is code
