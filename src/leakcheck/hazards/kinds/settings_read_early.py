"""LK511: settings that are read at import or cached, and a test that patches the environment behind that."""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.settings_fields import fields_read
from leakcheck.records import WHOLE, Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.type_names import label

_KIND = "environ"
_HEEDED, _VOID, _OUTLIVES = "heeded", "void", "outlives"
"""Something read the variable while it was patched; nothing did; what was cached meanwhile is still there."""
_LOOKS = 8
"""How often it is looked up who reads a variable while tests run."""


@dataclass
class _Reader:
    """Who keeps what it read: a cached function, or a module at its import; and what that was."""

    name: str
    value: str | None
    cache: weakref.ref[Any] | None = None


@dataclass
class _Patch:
    """A variable that a test has given another value."""

    source: Source
    before: str | None
    read: bool = False


class Hazard(Contract):
    """Key: the variable. Names: who read it before, and keeps it."""

    code = "LK511"
    name = "SettingsReadTooEarly"
    short = "A patched environment that settings do not see, or keep"
    help = (
        "A test patches an environment variable that the project reads only once: when a module is imported, or in "
        "a function with `lru_cache`. If it was read before, the patch has no effect. If it is read first while "
        "the patch stands, all later tests have the patched value."
    )
    fix = (
        "Give tests their settings by a dependency override or an argument of the application's factory. Where it "
        "has to be the environment, call `get_settings.cache_clear()` behind the patch, and behind its end."
    )
    hears = frozenset({_KIND})

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._readers: dict[str, _Reader] = {}
        self._patches: dict[str, _Patch] = {}
        self._filled: dict[str, tuple[_Reader, _Patch]] = {}
        self._heeded: set[tuple[str, str, int]] = set()
        self._looks: dict[str, int] = {}

    # How it is seen --------------------------------------------------------------------------------------------

    def read(self, kind: str, owner: object, key: str, scene: Scene) -> None:
        looks = self._looks.get(key, 0)
        if looks >= _LOOKS and not self._patches:  # by far most reads: those of libraries
            return
        for each in (*self._patches,) if key == WHOLE else (key,):
            patch = self._patches.get(each)
            if patch is not None:
                patch.read = True
        if looks < _LOOKS or key in self._patches:
            self._looks[key] = looks + 1
            self._note(owner, key, sys._getframe(1))

    def _note(self, owner: object, key: str, frame: FrameType) -> None:
        """Who reads, and keeps it: as far as that is seen."""
        reader, fields = _reader(frame)
        if reader is None:
            return
        values = _values(owner)
        for name in fields if fields is not None else (key,):
            if name != WHOLE:
                found = _Reader(reader.name, values.get(name), reader.cache)
                patch = self._patches.get(name)
                if patch is None:
                    self._readers.setdefault(name, found)
                elif reader.cache is not None:
                    self._filled[name] = found, patch

    def written(self, kind: str, owner: object, key: str | None, scene: Scene) -> None:
        values = _values(owner)
        for name in {*self._now, *values} if key is None else (key,):
            value, before = values.get(name), self._now.get(name)
            if value == before:
                continue
            self._set(name, value)
            patch = self._patches.get(name)
            if patch is not None and patch.before == value:
                del self._patches[name]
            elif patch is None and (value is not None or name in self._readers):
                source = scene.source()
                if source is not None and source.phase != "import":
                    self._patches[name] = _Patch(source, before)

    def _set(self, name: str, value: str | None) -> None:
        if value is None:
            self._now.pop(name, None)
        else:
            self._now[name] = value

    def rest(self, scene: Scene, *, over: bool) -> None:
        for name, patch in self._patches.items():
            if not over:
                self._judge(name, patch, scene)
        if over:
            self._look_at_caches(scene)

    def _judge(self, name: str, patch: _Patch, scene: Scene) -> None:
        """The test is at its end, and its patch still stands."""
        line = name, patch.source.file, patch.source.line
        if line in self._heeded:
            return
        reader = self._readers.get(name)
        if patch.read:
            self._heeded.add(line)
            scene.tell(Sighting(self.code, _HEEDED, "", name, patch.source))
        elif reader is not None and reader.value != self._now.get(name) and _is_kept(reader):
            scene.tell(Sighting(self.code, _VOID, "", name, patch.source, (reader.name,)))

    def _look_at_caches(self, scene: Scene) -> None:
        """The test is over: what was cached under a patch that is undone should be gone."""
        for name, (reader, patch) in list(self._filled.items()):
            if name in self._patches:
                continue
            del self._filled[name]
            if _is_kept(reader) and reader.value != self._now.get(name):
                scene.tell(Sighting(self.code, _OUTLIVES, "", name, patch.source, (reader.name,)))

    # What is told ----------------------------------------------------------------------------------------------

    def found(self, seen: Seen) -> Iterator[Finding]:
        for told in by_line(seen.sightings(self.code)).values():
            for what in (_VOID, _OUTLIVES):
                these = [(test, each) for test, each in told if each.what == what]
                if these and not (what == _VOID and any(each.what == _HEEDED for _, each in told)):
                    yield self._of(what, [test for test, _ in these], these[0][1])

    def _of(self, what: str, tests: list[str], first: Sighting) -> Finding:
        assert first.source is not None
        (reader,) = first.names
        if what == _VOID:
            title = f"The patch of {first.key} has no effect"
            why = f"It was read before, by {reader}, and what was read is kept; nothing reads it under the patch."
        else:
            title = f"What {reader} read under the patch of {first.key} outlives it"
            why = "The patch is undone, the cache is not: tests behind this one get the patched value."
        return self.finding(title, why, first.source, tests, Location(_KIND, "os.environ", first.key))


def _is_kept(reader: _Reader) -> bool:
    """Whether what it read is still there: a module keeps it, a cache until it is cleared."""
    if reader.cache is None:
        return True
    cache = reader.cache()
    return cache is not None and cache.cache_info().currsize > 0


def _values(owner: object) -> Mapping[str, str]:
    """The environment, past those who watch it."""
    data: Any = attributes(owner).get("_data")
    if not issubclass(type(data), dict):
        return {}
    return {_text(key): _text(value) for key, value in dict.items(data)}


def _text(raw: object) -> str:
    return raw.decode("utf-8", "surrogateescape") if type(raw) is bytes else str(raw)


def _reader(frame: FrameType | None) -> tuple[_Reader | None, tuple[str, ...] | None]:
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
                return _Reader(label(cache.__wrapped__), None, weakref.ref(cache)), fields
            if frame.f_code.co_name == "<module>":
                return _Reader(f"the import of {frame.f_globals.get('__name__')}", None), fields
        frame = frame.f_back
    return None, None


def _cache_of(frame: FrameType) -> Any:
    """The `lru_cache` around the function that runs in `frame`, if its module has one of its name."""
    found = frame.f_globals.get(frame.f_code.co_name)
    if type(found) is not functools._lru_cache_wrapper:
        return None
    return found if getattr(found.__wrapped__, "__code__", None) is frame.f_code else None
