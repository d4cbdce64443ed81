"""Objects of the standard library, and of a few others, that a project holds: what is in them, read and put back by
functions of the library alone.

The modules of the library are the interpreter's business, and a walk does not enter them; a queue, a lock or a
random generator that a project has made is the project's state.
"""

from __future__ import annotations

import gc
import io
import random
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, ClassVar

from leakcheck.snapshots import database_sessions, event_loops, temporary_folders
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.markers import Items
from leakcheck.snapshots.positions import has_place
from leakcheck.snapshots.type_names import module_of, qualname_of

Content = dict[Any, Any]
_CONTEXT = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
_OPEN = frozenset(
    {
        "anyio._backends._asyncio.CapacityLimiter", "anyio._backends._asyncio.Event",
        "anyio._backends._asyncio.Lock", "anyio._backends._asyncio.Semaphore",
        "anyio._core._synchronization.Condition", "anyio.streams.memory.MemoryObjectReceiveStream",
        "anyio.streams.memory.MemoryObjectSendStream", "anyio.streams.memory._MemoryObjectStreamState",
        "asyncio.mixins._LoopBoundMixin", "asyncio.runners.Runner", "collections.ChainMap", "collections.Counter",
        "collections.OrderedDict", "collections.UserDict", "collections.UserList", "collections.defaultdict",
        "collections.deque", "contextlib._BaseExitStack", "functools.partial", "queue.Queue",
        "sqlalchemy.ext.asyncio.session.AsyncSession", "threading.Barrier", "threading.Condition",
        "threading.Event", "threading.Semaphore", "types.SimpleNamespace", f"{ContextVar.__module__}.ContextVar",
    }
)  # fmt: skip
"""Classes whose objects hold their state in attributes and containers, as objects of a project do."""

_WEAK = frozenset({"_weakrefset.WeakSet", "weakref.WeakKeyDictionary", "weakref.WeakValueDictionary"})
_LIBRARIES = sys.stdlib_module_names | {"anyio", "sqlalchemy"}
_LISTED = 10_000
"""An array of more items is looked at as bytes."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the content of a type's objects is read, key by key (None: all of it at once), or, where that is quicker,
    under one key, and how a part is put back."""

    read: Callable[[Any], Content]
    put_back: Callable[[Any, Any, Any], None]
    one: Callable[[Any, Any], Any] | None = None
    is_all: bool = False
    """Whether that is all: their attributes are none of the project's business."""


def reader(value: object) -> Reader | None:
    """How `value` is read; None for what is no such object."""
    return _Known.of(type(value)).reader


def is_own(value: object) -> bool:
    """Whether `value` is an object of the library whose content counts as its holder's own."""
    return _Known.of(type(value)).own


def local_values(value: Any) -> dict[str, Any] | None:
    """What a `threading.local` holds for this thread; None for any other object."""
    if not _Known.of(type(value)).local:
        return None
    found = threading.local.__getattribute__(value, "__dict__")
    return found if type(found) is dict else None


def context_value(variable: ContextVar[Any]) -> Content:
    """What a context variable holds in this context, or its default: changed in place, it is what others find."""
    here = copy_context()
    try:
        return {"<value>": here[variable] if variable in here else Context().run(variable.get)}
    except LookupError:
        return {}


def weak_data(value: object) -> Any:
    """The dict or set of weak references that a weak container keeps; None for any other object."""
    if not _Known.of(type(value)).weak:
        return None
    data = object.__getattribute__(value, "__dict__").get("data")
    return data if type(data) in (dict, set) else None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one class. It is kept alive: to hash a class would call what its metaclass may have put
    there."""

    kind: type[Any]
    own: bool
    weak: bool
    local: bool
    reader: Reader | None

    _found: ClassVar[dict[int, _Known]] = {}

    @classmethod
    def of(cls, kind: type[Any]) -> _Known:
        if identity(kind) not in cls._found:
            names = [f"{module_of(base)}.{qualname_of(base)}" for base in _bases(kind)]
            found = next((_READERS[name] for name in names if name in _READERS), None)
            weak, local = not _WEAK.isdisjoint(names), _is_plain_local(kind)
            own = weak or local or found is not None or has_place(kind) or not _OPEN.isdisjoint(names)
            cls._found[identity(kind)] = cls(kind, own, weak, local, found)
        return cls._found[identity(kind)]


def _is_plain_local(kind: type[Any]) -> bool:
    """Whether it is a `threading.local`, and has no `__init__`, which the library would call for a thread that is
    new to it."""
    bases = type.__getattribute__(kind, "__mro__")
    made = any("__init__" in type.__getattribute__(base, "__dict__") for base in bases if base is not object)
    return issubclass(kind, threading.local) and not made


def _bases(kind: type[Any]) -> list[type[Any]]:
    """The classes of the library that `kind` is or inherits from: those that stand in its modules under their
    names."""
    bases = type.__getattribute__(kind, "__mro__")
    modules = ((base, sys.modules.get(module_of(base))) for base in bases)
    return [
        base
        for base, module in modules
        if module is not None
        and module_of(base).partition(".")[0] in _LIBRARIES
        and vars(module).get(qualname_of(base), base) is base
    ]


def _read_lock(lock: Any) -> Content:
    return {None: "locked" if lock.locked() else "free"}


def _put_back_lock(lock: Any, key: Any, old: Any) -> None:
    if old == "free" and lock.locked():
        lock.release()
    elif old == "locked":
        lock.acquire(blocking=False)


def _read_reentrant(lock: Any) -> Content:
    return {None: "free" if repr(lock).startswith("<unlocked") else "locked"}


def _put_back_reentrant(lock: Any, key: Any, old: Any) -> None:
    """Its owner is perhaps a thread that is gone: made anew as behind a fork, it is free."""
    if old == "free":
        lock._at_fork_reinit()
    else:
        lock.acquire(blocking=False)


def _read_random(generator: Any) -> Content:
    """The generator behind the functions of `random` is a setting of the process, whoever holds one of them."""
    if generator is random.seed.__self__:  # type: ignore[attr-defined]
        return {}
    _, state, rest = random.Random.getstate(generator)
    return {None: (*state, rest)}


def _put_back_random(generator: Any, key: Any, old: Any) -> None:
    random.Random.setstate(generator, (3, old[:-1], old[-1]))


def _read_stream(base: Any) -> Callable[[Any], Content]:
    def read(stream: Any) -> Content:
        try:
            return {None: base.getvalue(stream), "tell": base.tell(stream)}
        except ValueError:
            return {None: "closed"}

    return read


def _put_back_stream(base: Any) -> Callable[[Any, Any, Any], None]:
    def put_back(stream: Any, key: Any, old: Any) -> None:
        place = old if key == "tell" else base.tell(stream)
        if key is None:
            base.seek(stream, 0)
            base.truncate(stream)
            base.write(stream, old)
        base.seek(stream, place)

    return put_back


def _read_array(array: Any) -> Content:
    base = sys.modules["array"].array
    return {None: Items(base.tolist(array)) if base.__len__(array) <= _LISTED else base.tobytes(array)}


def _put_back_array(array: Any, key: Any, old: Any) -> None:
    base = sys.modules["array"].array
    base.__delitem__(array, slice(None))
    (base.frombytes if type(old) is bytes else base.fromlist)(array, old if type(old) is bytes else list(old))


def _put_back_bytes(array: Any, key: Any, old: Any) -> None:
    bytearray.__setitem__(array, slice(None), old)


def _read_context(context: Any) -> Content:
    return {**{name: getattr(context, name) for name in _CONTEXT}, "traps": _traps(context)}


def _traps(context: Any) -> Items:
    return Items(signal.__name__ for signal, is_on in context.traps.items() if is_on)


def _put_back_context(context: Any, key: Any, old: Any) -> None:
    if key == "traps":
        for signal in context.traps:
            context.traps[signal] = signal.__name__ in old
    else:
        setattr(context, key, old)


def _read_simple_queue(queue: Any) -> Content:
    """What waits in it: the collector's view of the queue, which gives the items, or a list that ends with them."""
    held = [each for each in gc.get_referents(queue) if each is not type(queue)]
    items = held[0] if len(held) == 1 and type(held[0]) is list else held
    size = queue.qsize()
    return {None: Items(items[len(items) - size :])}


def _put_back_simple_queue(queue: Any, key: Any, old: Any) -> None:
    while not queue.empty():
        queue.get_nowait()
    for each in old:
        queue.put(each)


_FOLDERS = Reader(temporary_folders.read, temporary_folders.put_back, temporary_folders.read_one, is_all=True)
_READERS: Mapping[str, Reader] = {
    "_thread.lock": Reader(_read_lock, _put_back_lock),
    "_thread.RLock": Reader(_read_reentrant, _put_back_reentrant),
    "random.Random": Reader(_read_random, _put_back_random),
    "_io.StringIO": Reader(_read_stream(io.StringIO), _put_back_stream(io.StringIO)),
    "_io.BytesIO": Reader(_read_stream(io.BytesIO), _put_back_stream(io.BytesIO)),
    "array.array": Reader(_read_array, _put_back_array),
    "builtins.bytearray": Reader(lambda array: {None: bytes(memoryview(array))}, _put_back_bytes),
    "decimal.Context": Reader(_read_context, _put_back_context),
    "_queue.SimpleQueue": Reader(_read_simple_queue, _put_back_simple_queue),
    "asyncio.base_events.BaseEventLoop": Reader(event_loops.read, event_loops.put_back, is_all=True),
    "pathlib.Path": _FOLDERS,
    "pathlib._local.Path": _FOLDERS,
    "sqlalchemy.orm.session.Session": Reader(database_sessions.read, database_sessions.put_back, is_all=True),
}
"""class -> how its objects are read."""
