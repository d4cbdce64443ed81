"""Who reads a variable of the environment, and keeps what it read: a cached function, or a module at its import."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
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


def reader_in(frame: FrameType | None) -> tuple[Reader | None, tuple[str, ...] | None]:
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
            cache = _cache_of(frame)
            if cache is not None:
                return Reader(label(cache.__wrapped__), None, weakref.ref(cache)), fields
            if frame.f_code.co_name == "<module>":
                return Reader(f"the import of {frame.f_globals.get('__name__')}", None), fields
        frame = frame.f_back
    return None, None


def _cache_of(frame: FrameType) -> Any:
    """The `lru_cache` around the function that runs in `frame`: in its own module, on a class there, or where it is
    called from, under whatever name."""
    code, caller = frame.f_code, frame.f_back
    named = frame.f_globals.get(code.co_name)
    if _is_around(named, code):
        return named
    places = [frame.f_globals] if caller is None else [frame.f_globals, caller.f_globals, caller.f_locals]
    found = (each for place in places for each in _held(place) if _is_around(each, code))
    return next(found, None)


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
