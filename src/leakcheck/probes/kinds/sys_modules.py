"""`sys.modules`: modules that were removed, replaced by others, or whose names a stub took first.

A first import is no change. What stands under a name that nobody has imported yet, and was not made by an import,
is one: whoever imports that name from then on gets it.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Values
from leakcheck.snapshots.type_names import module_of

_MOCKS = "unittest.mock"


class Probe(Setting):
    """Owner: `sys.modules`. Key: the module's name."""

    kind = "sys_modules"
    about = About(
        form="sys.modules[$quoted]",
        whole="sys.modules",
        advice=(
            "Replace modules with `monkeypatch.setitem(sys.modules, ...)` and remove them with "
            "`monkeypatch.delitem`: these undo it."
        ),
    )

    def read(self) -> Values:
        return _View(sys.modules)

    def glance(self) -> Any:
        return tuple(sys.modules.values())

    def is_still(self, glance: Any) -> bool:
        now = sys.modules
        return len(now) == len(glance) and all(map(operator.is_, glance, now.values()))

    def value(self, owner: str, key: str) -> Any:
        return sys.modules.get(key, MISSING)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if value is not None:
            sys.modules[key] = value
        else:
            forget(key)

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        if isinstance(before, _View) and isinstance(after, _View):
            return () if before.is_like(after) else before.otherwise(after)
        return super().candidates(before, after)

    def is_doubtful(self, owner: str, key: str, old: Any, new: Any) -> bool:
        """Packages put modules that they make themselves under names of their own: what nobody's file stands
        behind may be that. A mock is none of theirs."""
        return old is MISSING and not (_is_mock(new) or (type(new) is ModuleType and _hides_another(key)))


def was_imported(name: str, module: object) -> bool:
    """Whether an import has made the module that stands under this name. Asks the module itself for nothing."""
    if not issubclass(type(module), ModuleType):
        return False
    spec: Any = ModuleType.__getattribute__(module, "__dict__").get("__spec__")
    return issubclass(type(spec), ModuleSpec) and spec.name == name


def forget(name: str) -> None:
    """Take a module away, so that whoever needs it imports it anew."""
    module = sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    parent = sys.modules.get(package)
    names = vars(parent) if type(parent) is ModuleType else {}
    if module is not None and names.get(last) is module:
        del names[last]


class _View(Mapping[tuple[str, str], Any]):
    """A copy of the modules under the names that settings have: a dict of such names would take longer to make."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self.modules = dict(modules)

    def __getitem__(self, key: tuple[str, str]) -> Any:
        return self.modules[key[1]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (("sys.modules", name) for name in self.modules)

    def __len__(self) -> int:
        return len(self.modules)

    def is_like(self, other: _View) -> bool:
        """Whether the very same modules were loaded, in the same order: quick, as a guard asks after each test."""
        mine, others = self.modules, other.modules
        if len(mine) != len(others) or next(reversed(mine), None) != next(reversed(others), None):
            return False
        return all(map(operator.is_, mine.values(), others.values()))

    def otherwise(self, other: _View) -> Iterator[tuple[str, str]]:
        now = other.modules
        yield from (("sys.modules", name) for name, module in self.modules.items() if now.get(name) is not module)
        for name in now.keys() - self.modules.keys():
            if not was_imported(name, now[name]):
                yield "sys.modules", name


def _is_mock(value: object) -> bool:
    return module_of(type(value)) == _MOCKS


def _hides_another(name: str) -> bool:
    """Whether an import would find another module of this name, where its package or the path is."""
    package, _, _ = name.rpartition(".")
    path = None
    if package:
        parent = sys.modules.get(package)
        path = vars(parent).get("__path__") if type(parent) is ModuleType else None
        if path is None:
            return False
    try:
        return PathFinder.find_spec(name, path) is not None
    except Exception:  # finders and paths of others
        return False
