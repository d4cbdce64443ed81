"""Patches modules right after their import, whoever imports them, without importing anything itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import FunctionType, ModuleType
from typing import TypeVar, cast

Patch = Callable[[ModuleType], None]
_Method = TypeVar("_Method", bound=Callable[..., object])
_IMPORT_SYSTEM = ModuleSpec.__init__.__code__.co_filename
"""By this name of a file, warnings and tracebacks know the frames of the import system."""


def _unfelt(method: _Method) -> _Method:
    """The method, its frame taken for one of the import system: a warning of a module that is imported is told at
    the line that imports it, for which filters are written, and an error keeps its traceback."""
    function = cast(FunctionType, method)
    function.__code__ = function.__code__.replace(co_filename=_IMPORT_SYSTEM)
    return method


class PatchingFinder(MetaPathFinder):
    """First in `sys.meta_path` until every module that it waits for was imported, then gone."""

    def __init__(self, patches: Mapping[str, Sequence[Patch]]) -> None:
        self._waiting = {name: tuple(each) for name, each in patches.items()}
        self._looking: set[str] = set()

    def install(self) -> None:
        for name in [name for name in self._waiting if name in sys.modules]:
            self.loaded(sys.modules[name])
        if self._waiting:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._waiting or fullname in self._looking:
            return None
        self._looking.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._looking.discard(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _PatchingLoader(spec.loader, self)
        return spec

    def loaded(self, module: ModuleType) -> None:
        for patch in self._waiting.pop(module.__name__, ()):
            patch(module)
        if not self._waiting and self in sys.meta_path:
            sys.meta_path.remove(self)


class TellingFinder(MetaPathFinder):
    """First in `sys.meta_path` while it is installed: tells of every module that was imported, right after that."""

    def __init__(self, loaded: Patch) -> None:
        self.loaded = loaded

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        for finder in [each for each in sys.meta_path if each is not self]:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = None if find is None else find(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _PatchingLoader(cast(Loader, spec.loader), self)
                return spec
        return None


class _PatchingLoader(Loader):
    """Does what the real loader does, then hands the module over, and leaves no trace on it."""

    def __init__(self, loader: Loader, finder: PatchingFinder | TellingFinder) -> None:
        self._loader = loader
        self._finder = finder

    @_unfelt
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    @_unfelt
    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._finder.loaded(module)
