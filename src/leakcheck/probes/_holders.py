"""Everything that holds state in this process: every container that can be reached from a loaded module.

Reached breadth first, the project's own modules before those of others, so that the name of a container is the
shortest way to it: `shop.settings:LIMITS["daily"]`. Nothing of the project's code is run on the way: objects are
read past their `__getattr__`, containers through the methods of their built-in base.
"""

from __future__ import annotations

import collections
import functools
import itertools
import os
import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from leakcheck.probes._contract import Items, Tracking
from leakcheck.probes._frames import is_project_file, is_project_module
from leakcheck.probes._names import describe, module_of, qualname_of
from leakcheck.probes._secrets import HIDDEN, hides_key

MAX_HOLDERS = 1_500_000
MAX_DEPTH = 14
MAX_KEY = 60
SMALLEST_ID = 1 << 32
"""Numbers from here on are taken for identities of objects, which differ from process to process."""

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
_SKIPPED_NAMES = frozenset(
    {
        "__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__",
        "__slotnames__", "__spec__", "__warningregistry__", "__weakref__", "__dict__", "__abstractmethods__",
        "_abc_impl", "tearDown_exceptions",
    }
)  # fmt: skip
_STREAMS = frozenset({"stdin", "stdout", "stderr", "last_type", "last_value", "last_traceback", "last_exc"})
_LEFT_TO_SETTINGS = ("modules", "path", "argv", "path_importer_cache", "meta_path", "path_hooks")
_OPAQUE = (
    types.ModuleType, types.CodeType, types.FrameType, types.GeneratorType, types.CoroutineType,
    types.AsyncGeneratorType, types.TracebackType, types.BuiltinFunctionType, types.MethodDescriptorType,
    types.WrapperDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType, BaseException,
)  # fmt: skip
_OPAQUE_NAMES = frozenset(
    {"Lock", "RLock", "Thread", "Condition", "Task", "Future", "Context", "socket", "Session"}
)
_SCALARS = frozenset({int, float, bool, complex, str, bytes, type(None), type(...), range, slice})
_CACHE = type(functools.lru_cache(lambda: None))


@dataclass(frozen=True, slots=True)
class Holder:
    """A container: the way to it, the object, and how its content is read.

    `kind` is "names" (of a module, class or object), "names of a function", "dict", "list", "set", "tuple", "cell"
    or "cache"; `foreign` tells whether it is, or is inside, an object whose class is not the project's own.
    """

    path: str
    value: Any
    kind: str
    foreign: bool = False


Content = dict[Any, Any]
Roots = Callable[[types.ModuleType], bool]


class Held(Protocol):
    """A probe of entries of containers: it says which containers are its own, and puts an entry back."""

    kind: str
    tracking: Tracking

    def holds(self, holder: Holder) -> bool:
        """Whether the entries of `holder` are of this kind."""

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        """Give one entry its old value, or take it away."""


def walk(
    held: Callable[[Holder, Content], None],
    roots: Roots | None = None,
    *,
    deep: int = MAX_DEPTH,
    foreign_depth: int = MAX_DEPTH,
) -> None:
    """Tell every holder that can be reached from `roots` (None: all modules) and its content, each object once.

    `deep` tells how many steps to go from a module, `foreign_depth` how many of them inside objects whose class is
    not the project's own. Where that is bounded, others' objects that classes hold (descriptors, mappers) are not
    entered, and other packages' modules that `roots` import by name are told, too.
    """
    shallow = foreign_depth < MAX_DEPTH
    left_out = (os.environ, vars(os.environ).get("_data"), *(getattr(sys, name) for name in _LEFT_TO_SETTINGS))
    seen: dict[int, object] = {id(each): each for each in left_out}
    waiting: deque[tuple[str, Any, int, int]] = deque()
    for module in filter(roots, _modules()):
        waiting.append((_root(module), module, 0, 0))
    while waiting and len(seen) < MAX_HOLDERS:
        path, value, depth, foreign = waiting.popleft()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        foreign += foreign > 0 or _is_foreign(value)
        for holder in _holders(path, value, foreign > 0):
            inside = content(holder)
            if holder.kind != "tuple":
                held(holder, inside)
            if depth < deep and foreign < foreign_depth:
                found = (pair for pair in _children(holder, inside) if not _is_closed(pair[1]))
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
    return module != "builtins" and not is_project_module(module)


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
    modules = (each for each in list(sys.modules.values()) if type(each) is types.ModuleType and is_project(each))
    return tuple(sorted({_root(each)[:-1] for each in modules}))


def is_project(module: types.ModuleType) -> bool:
    """Whether a module is the project's own."""
    return is_project_file(_file(module))


def _file(module: types.ModuleType) -> str:
    file = module.__dict__.get("__file__")
    return file if isinstance(file, str) else ""


def _is_closed(value: Any) -> bool:
    kind = type(value)
    if kind in _SCALARS or issubclass(kind, _OPAQUE) or qualname_of(kind) in _OPAQUE_NAMES:
        return True
    owner = module_of(value) if issubclass(kind, type) else module_of(kind)
    return owner.partition(".")[0] in _FOREIGN


def _holders(path: str, value: Any, foreign: bool) -> Iterator[Holder]:
    """The containers that `value` is: an object with attributes may be a dict or a list, too."""
    kind = type(value)
    if issubclass(kind, types.ModuleType):
        yield Holder(path, value, "names", foreign)
    elif issubclass(kind, types.FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
            yield Holder(f"{path}.<{name}>", cell, "cell", foreign)
        if value.__dict__:
            yield Holder(path, value.__dict__, "names of a function", foreign)
    elif issubclass(kind, types.MethodType):
        yield from _holders(f"{path}.__self__", value.__self__, foreign)
    elif issubclass(kind, (property, staticmethod, classmethod)):
        yield from _holders(path, value.fget if issubclass(kind, property) else value.__func__, foreign)
    elif kind is _CACHE:
        yield Holder(path, value, "cache", foreign)
        yield from _holders(path, value.__wrapped__, foreign)
    else:
        yield from _plain_holders(path, value, kind, foreign)


def _plain_holders(path: str, value: Any, kind: type[Any], foreign: bool) -> Iterator[Holder]:
    if issubclass(kind, dict):
        yield Holder(path, value, "dict", foreign)
    elif issubclass(kind, (list, collections.deque)):
        yield Holder(path, value, "list", foreign)
    elif issubclass(kind, set):
        yield Holder(path, value, "set", foreign)
    elif issubclass(kind, tuple):
        yield Holder(path, value, "tuple", foreign)
    if issubclass(kind, type) or _state(value) is not None or Slots.of(kind):
        yield Holder(path, value, "names", foreign)


def _state(value: Any) -> dict[str, Any] | None:
    try:
        state = object.__getattribute__(value, "__dict__")
    except Exception:  # an object may have none, or be in ruins
        return None
    return state if isinstance(state, dict) else None


class Slots:
    """The slots of classes. They are kept by the identity of the class, which is kept alive: to hash a class would
    call what its metaclass may have put there."""

    _known: ClassVar[dict[int, tuple[type[Any], tuple[tuple[str, Any], ...]]]] = {}

    @classmethod
    def of(cls, kind: type[Any]) -> tuple[tuple[str, Any], ...]:
        """(name, descriptor) of every slot of a class and its bases."""
        if id(kind) not in cls._known:
            bases = type.__getattribute__(kind, "__mro__")
            found = tuple(
                (name, member)
                for base in bases
                if base is not object and module_of(base) != "builtins"
                for name, member in list(type.__getattribute__(base, "__dict__").items())
                if type(member) is types.MemberDescriptorType
            )
            cls._known[id(kind)] = (kind, found)
        return cls._known[id(kind)][1]


def content(holder: Holder) -> Content:
    """key -> value of what is held; lists, sets, cells and caches have one entry, None."""
    value = holder.value
    match holder.kind:
        case "dict" | "names of a function":
            return dict(dict.items(value))
        case "names":
            return _names(value)
        case "tuple":
            return dict(enumerate(tuple.__iter__(value)))
    return {None: _whole(holder.kind, value)}


def _whole(kind: str, value: Any) -> Any:
    match kind:
        case "list":
            return Items((list if issubclass(type(value), list) else collections.deque).__iter__(value))
        case "set":
            return Items(set.__iter__(value))
        case "cache":
            return value.cache_info().currsize
    return _cell(value)


def values(holder: Holder) -> tuple[Any, ...]:
    """All that is held, unsorted and quick: for a first look whether anything differs."""
    value = holder.value
    match holder.kind:
        case "dict" | "names of a function":
            return tuple(dict.values(value))
        case "list" | "set":
            return tuple(_whole(holder.kind, value))
        case "names" if issubclass(type(value), type):
            return tuple(type.__getattribute__(value, "__dict__").values())
        case "names" if not Slots.of(type(value)):
            return tuple(dict.values(_state(value) or {}))
    return tuple(content(holder).values())


def _names(value: Any) -> dict[str, Any]:
    kind = type(value)
    if issubclass(kind, type):
        return {name: item for name, item in type.__getattribute__(value, "__dict__").items() if _counts(name)}
    state = _state(value) or {}
    streams = issubclass(kind, types.ModuleType) and value is sys
    found = {
        name: item
        for name, item in list(dict.items(state))
        if type(name) is str and _counts(name) and not (streams and name in _STREAMS)
    }
    for name, member in Slots.of(kind):
        try:
            found[name] = member.__get__(value, kind)
        except Exception:  # an empty slot
            continue
    return found


def _counts(name: str) -> bool:
    return name not in _SKIPPED_NAMES


def _cell(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _children(holder: Holder, inside: Content) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in a container."""
    for key, item in inside.items():
        if type(item) is Items:
            for index, each in enumerate(itertools.islice(item, 10_000)):
                yield f"{holder.path}[{index}]", each
        else:
            yield entry(holder, key), item


def entry(holder: Holder, key: Any) -> str:
    """The way to one entry."""
    if key is None and holder.kind not in ("dict", "names"):
        return holder.path
    if holder.kind in ("dict", "tuple"):
        hidden = holder.kind == "dict" and hides_key(holder.path.partition(":")[2], key)
        return f"{holder.path}[{HIDDEN if hidden else _key_text(key)}]"
    return f"{holder.path}{key}" if holder.path.endswith(":") else f"{holder.path}.{key}"


def _key_text(key: Any) -> str:
    kind = type(key)
    if kind is str:
        shown = key if len(key) <= MAX_KEY else f"{key[:MAX_KEY]}…{hash(key) & 0xFFFF:x}"
        return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind is int and abs(key) >= SMALLEST_ID:
        return "…"
    if kind in _SCALARS:
        return repr(key)[:MAX_KEY]
    if issubclass(kind, tuple):
        return f"({', '.join(_key_text(each) for each in itertools.islice(tuple.__iter__(key), 6))})"
    return describe(key)


def put_back(holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
    """Give one entry its old value, or take it away."""
    value = holder.value
    match holder.kind:
        case "list":
            value.clear()
            value.extend(old)
        case "set":
            set.clear(value)
            set.update(value, old)
        case "cell":
            value.cell_contents = old
        case "dict" | "names of a function":
            _set_item(value, key, old, was_there)
        case "names":
            _set_name(value, key, old, was_there)


def _set_item(value: Any, key: Any, old: Any, was_there: bool) -> None:
    if was_there:
        dict.__setitem__(value, key, old)
    else:
        dict.pop(value, key, None)


def _set_name(value: Any, key: str, old: Any, was_there: bool) -> None:
    if issubclass(type(value), type):
        if was_there:
            type.__setattr__(value, key, old)
        elif key in type.__getattribute__(value, "__dict__"):
            type.__delattr__(value, key)
        return
    member = dict(Slots.of(type(value))).get(key)
    state = _state(value)
    if member is not None and (state is None or key not in state):
        member.__set__(value, old) if was_there else member.__delete__(value)
    elif state is not None:
        _set_item(state, key, old, was_there)
