"""Everything that holds state in this process: every container that can be reached from a loaded module.

Reached breadth first, the project's own modules before those of others, so that the name of a container is the
shortest way to it: `shop.settings:LIMITS["daily"]`. Nothing of the project's code is run on the way: objects are
read past their `__getattr__`, containers through the methods of their built-in base.
"""

from __future__ import annotations

import collections
import functools
import itertools
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from leakcheck.snapshots.attributes import Slots, state_of
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.library_objects import context_value, local_values, reader, weak_data
from leakcheck.snapshots.markers import MISSING, Items
from leakcheck.snapshots.positions import Position, has_position
from leakcheck.snapshots.redaction import HIDDEN, hides_key
from leakcheck.snapshots.registered import VIRTUAL, implementations, is_abstract, virtual
from leakcheck.snapshots.type_names import describe, module_of

MAX_KEY = 60
SMALLEST_ID = 1 << 32
"""Numbers from here on are taken for identities of objects, which differ from process to process."""
_SKIPPED_NAMES = frozenset(
    {
        "__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__",
        "__slotnames__", "__spec__", "__warningregistry__", "__weakref__", "__dict__", "__abstractmethods__",
        "_abc_impl", "tearDown_exceptions", "__pydantic_setattr_handlers__", "_hashable_values_",
        "_unhashable_values_", "_unhashable_values_map_", "_value2member_map_",
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
    {
        "_asyncio.Future", "_asyncio.Task", "_contextvars.Context", "_thread.RLock", "_thread.lock",
        "multiprocessing.synchronize.Lock", "socket.socket", "sqlalchemy.orm.session.Session",
    }
)  # fmt: skip
"""Classes of others whose objects are no state that can be read and put back part by part. A class that the
project, or another package, calls `Session` or `Task` is none of them."""
_BOUND = (types.BuiltinMethodType, types.MethodWrapperType)
"""Methods written in C: of a list its `append`, of a counter its `__next__`."""
OF_FUNCTIONS = ("__code__", "__defaults__", "__kwdefaults__")
_OF_PARTIALS = ("func", "args", "keywords")
_SCALARS = frozenset({int, float, bool, complex, str, bytes, type(None), type(...), range, slice})
_CACHE = type(functools.lru_cache(lambda: None))


@dataclass(frozen=True, slots=True)
class Holder:
    """A container: the way to it, the object, and how its content is read.

    `kind` is "names" (of a module, class or object), "function", "attributes", "dict", "tracked" (one that tells
    a probe who reads and writes it), "list", "set", "tuple", "parts", "cell", "cache", "library", "position",
    "implementations", "virtual" or "carried"; `foreign` tells whether it is, or is inside, an object whose class is
    not the project's own, or others' module; `root` the kind of
    state with which the way begins, if that is no module.
    """

    path: str
    value: Any
    kind: str
    foreign: bool = False
    root: str = ""


PASSED_THROUGH = ("tuple", "parts", "tracked")
"""Kinds of holders whose own entries nobody is told of: only what lies in them is looked at."""
Content = dict[Any, Any]


def _holders(path: str, value: Any, foreign: bool) -> Iterator[Holder]:
    """The containers that `value` is: an object with attributes may be a dict or a list, too."""
    kind = type(value)
    if issubclass(kind, types.ModuleType):
        yield Holder(path, value, "names", foreign)
    elif issubclass(kind, types.FunctionType) and implementations(value) is not None:
        yield Holder(f"{path}.registry", value, "implementations", foreign)
    elif issubclass(kind, types.FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
            yield Holder(f"{path}.<{name}>", cell, "cell", foreign)
        if value.__dict__ or (not foreign and _is_projects(value)):
            yield Holder(path, value, "function", foreign)
    elif issubclass(kind, (types.MethodType, *_BOUND)):
        yield from _holders(f"{path}.__self__", value.__self__, foreign)
    elif issubclass(kind, (property, staticmethod, classmethod)):
        inside = (value.fget, value.fset, value.fdel) if issubclass(kind, property) else (value.__func__,)
        for each in inside:
            yield from _holders(path, each, foreign)
    elif kind is _CACHE:
        yield Holder(path, value, "cache", foreign)
        yield from _holders(path, value.__wrapped__, foreign)
    else:
        yield from _plain_holders(path, value, kind, foreign)


def is_tracked(kind: type[Any]) -> bool:
    """Whether objects of this class are dicts of leakcheck's own, which stand where the suite would have a plain
    one. Their entries are a probe's business; what lies in them is not."""
    return issubclass(kind, dict) and module_of(kind).startswith("leakcheck.probes.")


def _is_projects(function: types.FunctionType) -> bool:
    """Whether a function is of the project: its defaults, and attributes that it may be given, are looked at."""
    module = function.__module__
    return type(module) is str and is_project_module(module)


def _library_holders(path: str, value: Any) -> Iterator[Holder]:
    """What an object of the standard library is, that the project holds."""
    if has_position(value):
        yield Holder(path, Position(value), "position")
    elif reader(value) is not None:
        yield Holder(path, value, "library")
    elif (local := local_values(value)) is not None:
        yield Holder(path, local, "attributes")
    elif issubclass(type(value), (functools.partial, ContextVar)):
        yield Holder(path, value, "parts")


def _plain_holders(path: str, value: Any, kind: type[Any], foreign: bool) -> Iterator[Holder]:
    if not foreign:
        yield from _library_holders(path, value)
        known = reader(value)
        if known is not None and known.is_all:
            return
    weak = None if foreign else weak_data(value)
    if weak is not None:
        yield Holder(path, weak, type(weak).__name__)
        return
    if issubclass(kind, dict):
        yield Holder(path, value, "tracked" if is_tracked(kind) else "dict", foreign)
    elif issubclass(kind, (list, collections.deque)):
        yield Holder(path, value, "list", foreign)
    elif issubclass(kind, set):
        yield Holder(path, value, "set", foreign)
    elif issubclass(kind, tuple):
        yield Holder(path, value, "tuple", foreign)
    if issubclass(kind, type):
        yield from _holders_of_class(path, value, kind, foreign)
    if issubclass(kind, type) or state_of(value) is not None or Slots.of(kind):
        yield Holder(path, value, "names", foreign)


def _holders_of_class(path: str, value: type[Any], kind: type[Any], foreign: bool) -> Iterator[Holder]:
    """What a class is beside its names: one of a metaclass, a registry of virtual subclasses."""
    if is_project_module(module_of(kind)):
        yield Holder(path, value, "parts", foreign)
    if not foreign and is_abstract(value) and is_project_module(module_of(value)):
        yield Holder(path, value, "virtual", foreign)


def content(holder: Holder) -> Content:
    """key -> value of what is held; lists, sets, cells, caches, iterators and most objects of the library have one
    entry, None."""
    read = _CONTENT.get(holder.kind)
    return {None: _whole(holder.kind, holder.value)} if read is None else read(holder.value)


def _function(value: Any) -> Content:
    return {**value.__dict__, **{name: getattr(value, name) for name in OF_FUNCTIONS}}


def _parts(value: Any) -> Content:
    if issubclass(type(value), type):
        return {"__class__": type(value)}
    if type(value) is ContextVar:
        return context_value(value)
    return {name: getattr(functools.partial, name).__get__(value) for name in _OF_PARTIALS}


def _library(value: Any) -> Content:
    found = reader(value)
    return {} if found is None else found.read(value)


def one(holder: Holder, key: Any) -> Any:
    """The value of one key, `MISSING` if there is none: quick, however much is held beside it."""
    value = holder.value
    match holder.kind:
        case "dict" | "attributes":
            return dict.get(value, key, MISSING)
        case "names" if not issubclass(type(value), type) and not Slots.of(type(value)):
            return dict.get(state_of(value) or {}, key, MISSING)
        case "library" if (known := reader(value)) is not None and known.one is not None:
            return known.one(value, key)
    return content(holder).get(key, MISSING)


def _whole(kind: str, value: Any) -> Any:
    match kind:
        case "list":
            return Items((list if issubclass(type(value), list) else collections.deque).__iter__(value))
        case "set":
            return Items(set.__iter__(value))
        case "cache":
            return value.cache_info().currsize
    return _cell(value)


def whole(value: Any) -> Any:
    """What a look sees of `value` where it stands: of a list its items, of a counter its place; else itself."""
    for holder in _holders("", value, foreign=False):
        found = content(holder) if holder.kind in ("list", "set", "library", "position") else {}
        if None in found:
            return found[None]
    return value


def held_under(value: Any, name: Any) -> Any:
    """What `value` holds under `name`; KeyError if nothing."""
    if name == "__self__" and issubclass(type(value), (types.MethodType, *_BOUND)):
        return value.__self__
    for holder in _holders("", value, foreign=False):
        hidden = holder.kind == "position" or (holder.kind == "names" and name in _SKIPPED_NAMES)
        found = MISSING if hidden else one(holder, name)
        if found is not MISSING:
            return found
    raise KeyError(name)


def values(holder: Holder) -> tuple[Any, ...]:
    """All that is held, unsorted and quick: for a first look whether anything differs."""
    value = holder.value
    match holder.kind:
        case "dict" | "attributes":
            return tuple(dict.values(value))
        case "function":
            return (value.__code__, value.__defaults__, value.__kwdefaults__, *dict.values(value.__dict__))
        case "list" | "set":
            return tuple(_whole(holder.kind, value))
        case "names" if issubclass(type(value), type):
            return tuple(type.__getattribute__(value, "__dict__").values())
        case "names" if not Slots.of(type(value)):
            return tuple(dict.values(state_of(value) or {}))
    return tuple(content(holder).values())


def _names(value: Any) -> dict[str, Any]:
    kind = type(value)
    if issubclass(kind, type):
        return {name: item for name, item in type.__getattribute__(value, "__dict__").items() if _counts(name)}
    state = state_of(value) or {}
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


_CONTENT: Mapping[str, Callable[[Any], Content]] = {
    "dict": lambda value: dict(dict.items(value)),
    "attributes": lambda value: dict(dict.items(value)),
    "tracked": lambda value: dict(dict.items(value)),
    "function": _function,
    "names": _names,
    "tuple": lambda value: dict(enumerate(tuple.__iter__(value))),
    "parts": _parts,
    "implementations": lambda value: dict(implementations(value) or {}),
    "virtual": lambda value: {VIRTUAL: virtual(value)},
    "library": _library,
    "position": lambda value: {None: value.read()},
    "carried": lambda value: value.read(),
}


def _counts(name: str) -> bool:
    return name not in _SKIPPED_NAMES


def _cell(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _children(holder: Holder, inside: Content, closed: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """(path, value) of all in a container that is not `closed`: most is, and nobody asks for its path."""
    if holder.kind in ("position", "virtual"):
        return
    for key, item in inside.items():
        kind = type(item)
        if kind in _SCALARS:
            continue
        if kind is Items:
            for index, each in enumerate(itertools.islice(item, 10_000)):
                if type(each) not in _SCALARS and not closed(each):
                    yield f"{holder.path}[{index}]", each
        elif not closed(item):
            yield entry(holder, key), item


def entry(holder: Holder, key: Any) -> str:
    """The way to one entry."""
    if key is None and holder.kind not in ("dict", "names", "function", "implementations"):
        return holder.path
    if holder.kind in ("dict", "tracked", "tuple", "implementations"):
        hidden = holder.kind in ("dict", "tracked") and hides_key(holder.path.partition(":")[2], key)
        return f"{holder.path}[{HIDDEN if hidden else _key_text(key)}]"
    if holder.kind == "library" and key.startswith("/"):
        return f"{holder.path}{key}"
    return f"{holder.path}{key}" if holder.path.endswith(":") else f"{holder.path}.{key}"


def _on_one_line(text: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _key_text(key: Any) -> str:
    kind = type(key)
    if kind is str:
        shown = key if len(key) <= MAX_KEY else f"{key[:MAX_KEY]}…{hash(key) & 0xFFFF:x}"
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped if escaped.isprintable() else _on_one_line(escaped)}"'
    if kind is int and abs(key) >= SMALLEST_ID:
        return "…"
    if kind in _SCALARS:
        return repr(key)[:MAX_KEY]
    if issubclass(kind, tuple):
        return f"({', '.join(_key_text(each) for each in itertools.islice(tuple.__iter__(key), 6))})"
    return describe(key)
