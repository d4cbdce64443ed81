"""Photographs of values: bounded, without ever running the project's code, comparable later.

`photograph` never calls `__repr__`, `__eq__`, `__hash__`, `__getattr__` or `__reduce__` of the value: it looks at
exact types, reads containers through the methods of their built-in base and objects through `__dict__` and slots.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import re
import types
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, cast

from leakcheck.snapshots.holdings import attributes_of, cell_content, fields_of
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.redaction import Redactor, below, names_next, of_class
from leakcheck.snapshots.snapshot import Ident, Node, Snapshot
from leakcheck.snapshots.type_names import FUNCTIONS, describe, module_of, qualname_of, type_name

_quote = json.JSONEncoder(ensure_ascii=False).encode
MAX_TEXT = 80
WIDE = 256
PAIR = 3
"""Items of a header as clients keep it: its name, its name in lower case, its value."""
THIRD_PARTY_DEPTH = 3
MAX_DEPTH = 40

# By identity: to look a type up in a set would call a `__hash__` that its metaclass may have replaced.
_SCALAR_IDS = frozenset(map(identity, (int, float, bool, complex, type(None), str, bytes, type(...))))
_SAFE_REPR_IDS = frozenset(
    map(
        identity,
        (
        datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone,
        decimal.Decimal, fractions.Fraction, uuid.UUID, range, slice,
        pathlib.PosixPath, pathlib.PurePosixPath, pathlib.WindowsPath, pathlib.PureWindowsPath,
        ),
    )
)  # fmt: skip


class Snapshotter:
    """Takes photographs with one redactor, one notion of the project, and one bound on size."""

    def __init__(self, redactor: Redactor, is_project: Callable[[str], bool], budget: int = 2_000) -> None:
        self._redactor = redactor
        self._is_project = is_project
        self._budget = budget

    def photograph(self, value: object, name: str = "") -> Snapshot:
        """`value` as it is now; `name` is the key it stands under, which may tell that it is secret."""
        exposure = _Walk(self._redactor, self._is_project, self._budget)
        try:
            return Snapshot(exposure.look(value, name, 0, None), exposure.seen_nodes)
        except Exception:  # whatever a value may do, the audited suite must not notice
            return Snapshot(Node("a value that cannot be looked at", ident=Ident(value)), 1)

    def item(self, items: tuple[Any, ...], index: int, name: str = "") -> Snapshot:
        """One of `items`; `name` is the key that all of them stand under."""
        pair = len(items) <= PAIR
        before = items[: index + 1] if pair else items[max(0, index - 1) : index + 1]
        return self.photograph(items[index], [*_names_of(before, name, (), pair=pair)][-1])

    def secret(self, text: str) -> str:
        """The digest of `text`, or `text` itself when values are shown."""
        return self._redactor.digest(text)


class _Walk:
    """One photograph in the making."""

    def __init__(self, redactor: Redactor, is_project: Callable[[str], bool], budget: int) -> None:
        self.redactor = redactor
        self._is_project = is_project
        self._left = budget
        self._budget = budget
        self._seen: dict[int, object] = {}

    @property
    def seen_nodes(self) -> int:
        return self._budget - self._left

    def look(self, value: object, name: str, depth: int, foreign: int | None) -> Node:
        """The node of `value`. `foreign` counts levels inside third parties' objects, None outside them."""
        self._left -= 1
        kind = type(value)
        if identity(kind) in _SCALAR_IDS:
            return self._scalar(value, name, foreign)
        if self._left <= 0 or depth > MAX_DEPTH or (foreign is not None and foreign > THIRD_PARTY_DEPTH):
            return Node(f"{type_name(kind)} (not looked into)", ident=Ident(value), internal=foreign is not None)
        if identity(value) in self._seen:
            return Node(f"{type_name(kind)} seen above", internal=foreign is not None)
        return self._composite(value, kind, name, depth, foreign)

    def _composite(self, value: object, kind: type[Any], name: str, depth: int, foreign: int | None) -> Node:
        if identity(kind) in _SAFE_REPR_IDS:
            text = self.redactor.quantity(name, value) or self.redactor.text("", repr(value))
            return Node(text if text is not None else _cut(repr(value)), internal=foreign is not None)
        reader = _reader(kind, self._is_project)
        if reader is None:
            return Node(describe(value), ident=Ident(value), internal=foreign is not None)
        self._seen[identity(value)] = value
        return reader(self, value, name, depth, foreign)

    def _scalar(self, value: Any, name: str, foreign: int | None) -> Node:
        text = self.redactor.text(name, value)
        if text is not None:
            return Node(text, internal=foreign is not None)
        long = type(value) in (str, bytes) and len(value) > MAX_TEXT // 2
        code = self.redactor.code(hash(value)) if long else 0
        return Node(_cut(repr(value)), code=code, internal=foreign is not None)

    def parts(
        self, pairs: Iterable[tuple[str, str, object]], depth: int, foreign: int | None
    ) -> tuple[tuple[str, Node], ...]:
        return tuple((edge, self.look(value, name, depth + 1, foreign)) for edge, name, value in pairs)

    def key_text(self, container: str, key: object) -> str:
        """A key, or an item of a set, as the way to what it holds."""
        hidden = self.redactor.key(container, key)
        if hidden is not None:
            return hidden
        if type(key) is str:
            return _quote(_cut(key))
        if identity(type(key)) in _SCALAR_IDS or identity(type(key)) in _SAFE_REPR_IDS:
            return _cut(type(key).__repr__(key))
        if issubclass(type(key), tuple):
            items = cast("tuple[object, ...]", key)
            return f"({', '.join(self.key_text(container, item) for item in islice(tuple.__iter__(items), 6))})"
        return describe(key)

    def bulk_code(self, items: Iterable[Any], *, ordered: bool = True) -> int:
        """One number for many plain scalars, 0 if anything else is among them."""
        values = tuple(items)
        if not frozenset(map(identity, map(type, values))) <= _SCALAR_IDS:
            return 0
        return self.redactor.code(hash(values if ordered else frozenset(values)))

    def foreign_level(self, kind: type[Any], foreign: int | None) -> int | None:
        if foreign is not None:
            return foreign + 1
        return None if self._is_project(module_of(kind)) else 1


_Reader = Callable[[_Walk, Any, str, int, "int | None"], Node]


def _read_mapping(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    size = dict.__len__(value)
    text = f"{type_name(type(value))} of {size}"
    pairs = list(islice(dict.items(value), WIDE if size > 2 * WIDE else 2 * WIDE))
    code = look.bulk_code(chain(dict.keys(value), dict.values(value))) if size > 2 * WIDE else 0
    rows = ((f"[{look.key_text(name, key)}]", below(name, _as_name(key, name)), item) for key, item in pairs)
    return _branch(text, code, look.parts(rows, depth, foreign), foreign)


def _read_sequence(base: type[Any]) -> _Reader:
    def read(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
        size = base.__len__(value)
        text = f"{type_name(type(value))} of {size}"
        code = look.bulk_code(base.__iter__(value)) if size > WIDE else 0
        if code:
            return Node(text, code=code, internal=foreign is not None)
        items = tuple(islice(base.__iter__(value), WIDE))
        names = _names_of(items, name, fields_of(type(value)) if base is tuple else (), pair=len(items) <= PAIR)
        rows = ((f"[{index}]", each, item) for index, (each, item) in enumerate(zip(names, items, strict=True)))
        return _branch(text, 0, look.parts(rows, depth, foreign), foreign)

    return read


def _read_set(base: type[Any]) -> _Reader:
    def read(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
        size = base.__len__(value)
        text = f"{type_name(type(value))} of {size}"
        if size > WIDE:
            return Node(
                text, code=look.bulk_code(base.__iter__(value), ordered=False), internal=foreign is not None
            )
        edges = sorted(f"{{{look.key_text(name, item)}}}" for item in base.__iter__(value))
        return _branch(text, 0, tuple((edge, Node("in the set")) for edge in edges), foreign)

    return read


def _as_name(key: object, otherwise: str) -> str:
    """What a key tells of its value."""
    if type(key) is bytes:
        return key.decode("latin-1")
    return key if type(key) is str else otherwise


def _names_of(items: tuple[Any, ...], name: str, fields: tuple[str, ...], *, pair: bool) -> Iterator[str]:
    """Under which name each item stands: that of the whole, a field's, or that of the item before it."""
    last = ""
    for index, item in enumerate(items):
        field = below(name, fields[index]) if index < len(fields) else name
        yield below(last, name) if last else field
        last = names_next(item, pair=pair) or (last if pair else "")


def _read_function(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    cells = value.__closure__ or ()
    if not cells:
        return Node(describe(value), ident=Ident(value), internal=foreign is not None)
    names = value.__code__.co_freevars
    rows = [(f".{var}", below(name, var), cell_content(cell)) for var, cell in zip(names, cells, strict=False)]
    return _branch(describe(value), 0, look.parts(rows, depth, 1 if foreign is None else foreign + 1), foreign)


def _read_method(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    rows = [(".__self__", name, value.__self__)]
    return _branch(describe(value.__func__), 0, look.parts(rows, depth, foreign), foreign)


def _read_object(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    kind = type(value)
    attributes = list(islice(attributes_of(value, kind), WIDE))
    inside = look.foreign_level(kind, foreign)
    if not attributes:
        return Node(describe(value), ident=Ident(value), internal=foreign is not None)
    known = of_class(name, qualname_of(kind))
    rows = [(f".{attribute}", below(known, attribute), item) for attribute, item in attributes]
    return _branch(describe(value), 0, look.parts(rows, depth, inside), foreign)


def _read_mock(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    """A mock is itself and its calls: its many internals are nobody's state."""
    state = object.__getattribute__(value, "__dict__")
    calls = state.get("_mock_call_count", 0)
    return Node(f"{describe(value)} called {calls} times", ident=Ident(value), internal=foreign is not None)


def _read_cookie(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    state = object.__getattribute__(value, "__dict__")
    rows = [(".value", "cookie", state.get("value"))]
    return _branch(f"cookie {look.key_text('', state.get('name'))}", 0, look.parts(rows, depth, foreign), foreign)


def _read_log_record(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    """Of a log record its origin only: what was logged may be anything."""
    state = object.__getattribute__(value, "__dict__")
    level, logger = (look.key_text("", state.get(each)) for each in ("levelname", "name"))
    return Node(f"log record {level} of {logger}", ident=Ident(value), internal=foreign is not None)


def _read_enum(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    return Node(
        f"{type_name(type(value))}.{object.__getattribute__(value, '_name_')}", internal=foreign is not None
    )


def _read_plain(convert: Callable[[Any], Any]) -> _Reader:
    """A subclass of a scalar, looked at as the scalar that it is."""

    def read(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
        return look.look(convert(value), name, depth, foreign)

    return read


def _read_buffer(look: _Walk, value: Any, name: str, depth: int, foreign: int | None) -> Node:
    data = bytes(memoryview(value))
    code = look.redactor.code(hash(data))
    return Node(f"{type_name(type(value))} of {len(data)} bytes", code=code, internal=foreign is not None)


def _branch(text: str, code: int, parts: tuple[tuple[str, Node], ...], foreign: int | None) -> Node:
    return Node(f"{text} (~{code})" if code else text, parts=parts, internal=foreign is not None)


_READERS: tuple[tuple[type[Any], _Reader], ...] = (
    (dict, _read_mapping),
    (list, _read_sequence(list)),
    (tuple, _read_sequence(tuple)),
    (collections.deque, _read_sequence(collections.deque)),
    (set, _read_set(set)),
    (frozenset, _read_set(frozenset)),
    (types.FunctionType, _read_function),
    (types.MethodType, _read_method),
    (enum.Enum, _read_enum),
    (str, _read_plain(str.__str__)),
    (bytes, _read_plain(bytes.__bytes__)),
    (int, _read_plain(int.__int__)),
    (float, _read_plain(float.__float__)),
    (bytearray, _read_buffer),
)
_SPECIAL: Mapping[str, tuple[str, _Reader]] = {
    "NonCallableMock": ("unittest.mock", _read_mock),
    "Cookie": ("http.cookiejar", _read_cookie),
    "LogRecord": ("logging", _read_log_record),
}
"""class -> (its module, the reader)."""
_OPAQUE: tuple[type[Any], ...] = (
    type, types.ModuleType, types.CodeType, types.FrameType, types.GeneratorType, types.CoroutineType,
    types.AsyncGeneratorType, re.Pattern, weakref.ref, memoryview, BaseException, *FUNCTIONS[1:],
)  # fmt: skip
_OPAQUE_NAMES = frozenset(
    {
        "Lock",
        "RLock",
        "Logger",
        "RootLogger",
        "Thread",
        "Task",
        "Future",
        "ContextVar",
        "Connection",
        "socket",
    }
)


def _reader(kind: type[Any], is_project: Callable[[str], bool]) -> _Reader | None:
    """How to look into instances of `kind`; None for what is only itself. A project's `Task` is its own."""
    for base, reader in _READERS:
        if issubclass(kind, base):
            return reader
    for base in type.__getattribute__(kind, "__mro__"):
        special = _SPECIAL.get(qualname_of(base))
        if special is not None and module_of(base) == special[0]:
            return special[1]
    if issubclass(kind, _OPAQUE) or (qualname_of(kind) in _OPAQUE_NAMES and not is_project(module_of(kind))):
        return None
    return _read_object


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 20]}… ({len(text)} characters)"
