"""LK511: settings that are read at import or cached, and a test that patches the environment behind that."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from sys import _getframe
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from leakcheck.hazards.attributes import attributes
from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Scene, Seen, by_line
from leakcheck.hazards.patching import look_around, look_before
from leakcheck.hazards.readers import Caches, Reader, reader_in
from leakcheck.records import WHOLE, Finding, Location, Sighting, Source
from leakcheck.snapshots.frames import is_project_file

_KIND = "environ"
_HEEDED, _VOID, _OUTLIVES = "heeded", "void", "outlives"
"""Something read the variable while it was patched; nothing did; what was cached meanwhile is still there."""
_LOOKS = 8
"""How often it is looked up who reads a variable while tests run."""
_READ_BY_C = ("TZ", "LANG", "LC_")
"""Beginnings of variables that the C library reads as well."""
_DEEPEST = 20


@dataclass
class _Patch:
    """A variable that a test has given another value."""

    source: Source
    before: str | None
    value: str | None
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
    needs_all = True
    hears = frozenset({_KIND})

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._readers: dict[str, Reader] = {}
        self._caches = Caches()
        self._patches: dict[str, _Patch] = {}
        self._filled: dict[str, tuple[Reader, _Patch]] = {}
        self._heeded: set[tuple[str, str, int]] = set()
        self._removed: dict[str, str] = {}
        """Variables that the running test has removed, and nobody had read: who sets them again patches nothing."""
        self._looks: dict[str, int] = {}
        self._steps = 0
        self._environ: object = None

    # How it is seen --------------------------------------------------------------------------------------------

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        return {
            "unittest.mock": self._patch_mock,
            "subprocess": partial(self._patch_starting, "Popen", "__init__"),
            "multiprocessing.process": partial(self._patch_starting, "BaseProcess", "start"),
        }

    def _patch_mock(self, module: ModuleType, scene: Scene) -> None:
        """`patch.dict` empties the environment and fills it again, which is one step of the test's."""
        look_around(module._patch_dict, "_patch_dict", lambda patcher: self._in_one_step(scene, _named(patcher)))
        look_around(module._patch_dict, "_unpatch_dict", lambda _: self._in_one_step(scene, None))

    @contextlib.contextmanager
    def _in_one_step(self, scene: Scene, named: Collection[str] | None) -> Iterator[None]:
        """What is `named` is patched by it; None where it is undone, with all that was emptied besides."""
        self._steps += 1
        try:
            yield
        finally:
            self._steps -= 1
            with contextlib.suppress(Exception):  # a test may have broken anything
                self._settle(scene, named)

    def _settle(self, scene: Scene, named: Collection[str] | None) -> None:
        for name, (before, value) in self._changed().items():
            if named is None:
                self._end(name, value, scene)
            elif name in named:
                self._wrote(name, before, value, scene)

    def _patch_starting(self, cls: str, method: str, module: ModuleType, scene: Scene) -> None:
        """A process that is started has the environment as it is: nobody sees what it reads."""
        look_before(getattr(module, cls), method, lambda *_, **__: self._all_read())

    def _all_read(self) -> None:
        for patch in self._patches.values():
            patch.read = True

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
            self._note(owner, key, _getframe(1))

    def _note(self, owner: object, key: str, frame: FrameType) -> None:
        """Who reads, and keeps it: as far as that is seen."""
        reader, fields = reader_in(frame, self._caches)
        if reader is None:
            return
        values = _values(owner)
        for name in fields if fields is not None else (key,):
            if name != WHOLE:
                found = replace(reader, value=values.get(name))
                patch = self._patches.get(name)
                if patch is None:
                    self._readers.setdefault(name, found)
                elif reader.cache is not None:
                    self._filled[name] = found, patch

    def written(self, kind: str, owner: object, key: str | None, scene: Scene) -> None:
        self._environ = owner
        if not self._steps:
            for name, (before, value) in self._changed(key).items():
                self._wrote(name, before, value, scene)

    def _changed(self, key: str | None = None) -> Mapping[str, tuple[str | None, str | None]]:
        """What has another value than when this was asked last: the former and the new one."""
        values = _values(self._environ, key)
        names = {*self._now, *values} if key is None else {key}
        found = {name: (self._now.get(name), values.get(name)) for name in names}
        changed = {name: pair for name, pair in found.items() if pair[0] != pair[1]}
        for name, (_, value) in changed.items():
            self._set(name, value)
        return changed

    def _wrote(self, name: str, before: str | None, value: str | None, scene: Scene) -> None:
        patch = self._patches.get(name)
        if patch is None:
            self._begin(name, before, value, scene)
        elif not self._end(name, value, scene):
            patch.value = value

    def _begin(self, name: str, before: str | None, value: str | None, scene: Scene) -> None:
        if name.startswith(_READ_BY_C) or (before is None and self._removed.pop(name, None) == value):
            return
        if value is None and before is not None and name not in self._readers:
            self._removed[name] = before
            return
        source = scene.source() or _decorated(_getframe(1), scene)
        if source is not None and source.phase != "import":
            self._patches[name] = _Patch(source, before, value)

    def _end(self, name: str, value: str | None, scene: Scene) -> bool:
        """Whether this puts back what was there before the patch."""
        patch = self._patches.get(name)
        if patch is None or patch.before != value:
            return False
        self._judge(name, patch, scene)
        del self._patches[name]
        return True

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
            self._removed.clear()
            self._look_at_caches(scene)

    def _judge(self, name: str, patch: _Patch, scene: Scene) -> None:
        """The call of the test is at its end and the patch stands, or it is about to be undone."""
        line = name, patch.source.file, patch.source.line
        if line in self._heeded:
            return
        reader = self._readers.get(name)
        if patch.read:
            self._heeded.add(line)
            scene.tell(Sighting(self.code, _HEEDED, "", name, patch.source))
        elif reader is not None and reader.value != patch.value and reader.still_has_it:
            scene.tell(Sighting(self.code, _VOID, "", name, patch.source, (reader.name,)))

    def _look_at_caches(self, scene: Scene) -> None:
        """The test is over: what was cached under a patch that is undone should be gone."""
        for name, (reader, patch) in list(self._filled.items()):
            if name in self._patches:
                continue
            del self._filled[name]
            if reader.still_has_it and reader.value != self._now.get(name):
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


def _values(owner: object, key: str | None = None) -> Mapping[str, str]:
    """The environment, past those who watch it; of `key` alone, if that is given: each write asks for its own."""
    data: Any = attributes(owner).get("_data")
    if not issubclass(type(data), dict):
        return {}
    if key is not None:
        raw = dict.get(data, key, dict.get(data, key.encode("utf-8", "surrogateescape")))
        return {} if raw is None else {key: _text(raw)}
    return {_text(key): _text(value) for key, value in dict.items(data)}


def _text(raw: object) -> str:
    return raw.decode("utf-8", "surrogateescape") if type(raw) is bytes else str(raw)


def _named(patcher: object) -> Collection[str]:
    """What a `patch.dict` sets."""
    values: Any = attributes(patcher).get("values")
    return {_text(key) for key in values if type(key) in (str, bytes)} if type(values) is dict else ()


def _decorated(frame: FrameType | None, scene: Scene) -> Source | None:
    """Where `patch.dict` stands as the decorator of a test: no line of the project runs while it patches."""
    for _ in range(_DEEPEST):
        if frame is None:
            return None
        if frame.f_globals.get("__name__") == "unittest.mock" and frame.f_code.co_name == "_inner":
            code = _innermost(frame.f_locals.get("f"))
            if code is not None and is_project_file(code.co_filename):
                return scene.place(code.co_filename, code.co_firstlineno, code.co_name)
        frame = frame.f_back
    return None


def _innermost(function: object) -> CodeType | None:
    """The code of a function, in all that is wrapped around it."""
    for _ in range(_DEEPEST):
        inner = attributes(function).get("__wrapped__")
        if inner is None:
            break
        function = inner
    return getattr(function, "__code__", None) if type(function) is FunctionType else None
