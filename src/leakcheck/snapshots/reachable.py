"""The walk through everything that the loaded modules hold."""

from __future__ import annotations

import copyreg
import operator
import os
import sys
import types
from collections import deque
from collections.abc import Callable, Container, Iterable
from functools import partial
from typing import Any

from leakcheck.snapshots.containers import (
    _BOUND,
    _LEFT_TO_SETTINGS,
    _OPAQUE,
    _OPAQUE_NAMES,
    _SCALARS,
    PASSED_THROUGH,
    Content,
    Holder,
    _children,
    _holders,
    content,
    is_tracked,
)
from leakcheck.snapshots.frames import file_of, is_project_file, is_project_module
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.library_objects import is_own
from leakcheck.snapshots.type_names import module_of, type_name

MAX_HOLDERS = 1_500_000
MAX_DEPTH = 14

# What these hold serves the interpreter, the import system or the test runner: to put it back would break them, and
# no test's outcome depends on it but through them.
_FOREIGN = frozenset(
    {
        "_abc", "_collections_abc", "_frozen_importlib", "_frozen_importlib_external", "_pytest", "_thread",
        "_weakref", "_weakrefset", "abc", "anyio", "asyncio", "atexit", "codecs", "concurrent", "contextlib",
        "copyreg", "ctypes", "encodings", "enum", "faulthandler", "gc", "genericpath", "importlib", "inspect",
        "iniconfig", "io", "leakcheck", "linecache", "locale", "logging", "opcode", "pdb", "pkgutil", "pluggy",
        "py", "pytest", "queue", "random", "re", "reprlib", "selectors", "signal", "site", "sre_compile",
        "sre_parse", "threading", "token", "tokenize", "traceback", "tracemalloc", "typing", "typing_extensions",
        "unittest", "warnings", "weakref", "xdist", "zipimport",
    }
)  # fmt: skip
Roots = Callable[[types.ModuleType], bool]


def walk(
    held: Callable[[Holder, Content], None],
    roots: Roots | None = None,
    *,
    deep: int = MAX_DEPTH,
    foreign_depth: int = MAX_DEPTH,
    met: Callable[[str, Any], None] | None = None,
    toward: Container[str] | None = None,
    modules: Iterable[types.ModuleType] | None = None,
) -> None:
    """Tell every holder that can be reached from `roots` (None: all modules) and its content, each object once, and
    `met` of every way to each. `modules` are looked through for roots (None: all that are loaded).

    `deep` tells how many steps to go from a module, `foreign_depth` how many of them inside objects whose class is
    not the project's own. Where that is bounded, others' objects that classes hold (descriptors, mappers) are not
    entered, and other packages' modules that `roots` import by name are told, too. With `toward` only what lies at
    these paths is told and entered.
    """
    shallow = foreign_depth < MAX_DEPTH
    left_out = (
        os.environ,
        vars(os.environ).get("_data"),
        *(getattr(sys, name) for name in _LEFT_TO_SETTINGS),
        copyreg.dispatch_table,
    )
    seen: dict[int, object] = {identity(each): each for each in left_out}
    waiting: deque[tuple[str, Any, int, int]] = deque()
    for module in filter(roots, _modules() if modules is None else modules):
        waiting.append((_root(module), module, 0, 0 if is_project(module) else 1))
    while waiting and len(seen) < MAX_HOLDERS:
        path, value, depth, foreign = waiting.popleft()
        if met is not None:
            met(path, value)
        if identity(value) in seen:
            continue
        seen[identity(value)] = value
        foreign += foreign > 0 or _is_foreign(value)
        for holder in _holders(path, value, foreign > 0):
            inside = content(holder)
            if holder.kind not in PASSED_THROUGH:
                held(holder, inside)
            if depth < deep and foreign < foreign_depth:
                pairs = _children(holder, inside, partial(is_closed, own=not foreign))
                found = pairs if toward is None else (pair for pair in pairs if pair[0] in toward)
                own = shallow and issubclass(type(value), type)
                waiting.extend(
                    (name, item, depth + 1, foreign) for name, item in found if not (own and _is_foreign(item))
                )
            if shallow and depth == 0:
                waiting.extend((_root(each), each, 1, 1) for each in inside.values() if _is_others_module(each))


def _root(module: types.ModuleType) -> str:
    return f"{module.__dict__.get('__name__', '?')}:"


def _is_others_module(value: Any) -> bool:
    """Whether a module of the project has another package's module in its hands."""
    return (
        type(value) is types.ModuleType
        and not is_project(value)
        and _root(value).partition(".")[0].rstrip(":") not in _FOREIGN
    )


def _is_foreign(value: Any) -> bool:
    kind = type(value)
    module = module_of(value) if issubclass(kind, type) else module_of(kind)
    return module != "builtins" and not is_project_module(module) and not is_own(value)


def _modules() -> list[types.ModuleType]:
    """Loaded modules, the project's first."""
    found = [
        module
        for name, module in list(sys.modules.items())
        if type(module) is types.ModuleType and (name.partition(".")[0] not in _FOREIGN)
    ]
    return sorted(found, key=lambda module: not is_project(module))


def loaded() -> tuple[str, ...]:
    """The names of the project's own modules that are loaded."""
    found = set()
    for module in list(sys.modules.values()):  # a thousand or more, behind every test that runs alone
        if type(module) is types.ModuleType and is_project(module):
            found.add(_root(module)[:-1])
    return tuple(sorted(found))


class Loaded:
    """The same, found anew only where other modules are loaded than when it was asked for the last time: before a
    process is forked, say, for all of its forks."""

    def __init__(self) -> None:
        self._modules: list[Any] = []
        self._names: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Those of the project's own modules."""
        present = list(sys.modules.values())
        if len(present) != len(self._modules) or not all(map(operator.is_, present, self._modules)):
            self._modules, self._names = present, loaded()
        return self._names


def is_project(module: types.ModuleType) -> bool:
    """Whether a module is the project's own. Asked of a thousand and more, several times a look."""
    file = module.__dict__.get("__file__") if type(module) is types.ModuleType else None
    return is_project_file(file if type(file) is str else file_of(module))


def is_closed(value: Any, *, own: bool) -> bool:
    """Whether a walk ends before `value`. `own`: the project's own objects hold it."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if own and issubclass(kind, _BOUND):
        return not (is_own(value.__self__) or issubclass(type(value.__self__), (dict, list, set)))
    if (own and is_own(value)) or is_tracked(kind):
        return False
    if issubclass(kind, _OPAQUE) or type_name(kind) in _OPAQUE_NAMES:
        return True
    owner = module_of(value) if issubclass(kind, type) else module_of(kind)
    return owner.partition(".")[0] in _FOREIGN
