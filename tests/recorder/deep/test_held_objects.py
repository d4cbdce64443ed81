"""Objects of the standard library, iterators, defaults and attributes of functions: changes are seen and undone."""

from __future__ import annotations

import array
import asyncio
import collections
import contextlib
import decimal
import enum
import functools
import io
import itertools
import queue
import random
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from leakcheck.probes import discover
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.recorder.deep.watchpoints import Watchpoints
from leakcheck.snapshots.frames import _is_project_module
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter

NAME = "held_shop"
CAMERA = Snapshotter(Redactor("salt"), lambda name: name == NAME)
PROBES = discover()
Act = Callable[[Any], object]


class Target:
    """What weak containers refer to."""


KEPT = Target()
SOURCE = """
import abc, functools

def numbers():
    number = 0
    while True:
        number += 1
        yield number

def add(item, rows=[], *, tags={}):
    rows.append(item)
    return rows

def send():
    return "sent"

def bound():
    factor = [1]

    def times(value):
        return value * factor[0]

    times.factor = lambda: factor
    return times

@functools.singledispatch
def render(value):
    return "anything"

class Shape(abc.ABC):
    pass
"""


class Described:
    """A descriptor that keeps values of its own."""

    def __init__(self) -> None:
        self.kept = {"first": 1}

    def __get__(self, owner: Any, kind: Any) -> Any:
        return self.kept

    __module__ = NAME


@pytest.fixture
def shop() -> Iterator[Any]:
    _is_project_module.cache_clear()
    module: Any = types.ModuleType(NAME)
    module.__file__ = __file__
    sys.modules[NAME] = module
    exec(compile(SOURCE, __file__, "exec"), vars(module))
    yield module
    del sys.modules[NAME]
    _is_project_module.cache_clear()


def otherwise(look: DeepLook) -> list[Difference]:
    """What differs in the shop (leakcheck's own modules are a project here, too)."""
    return [each for each in look.differences() if each.location.owner == NAME]


def _colour(shop: Any) -> Any:
    make: Any = enum.Enum
    made = make("Colour", ["RED"], module=NAME)
    made.RED.extra = {"cents": 1}
    return made


def _stack() -> contextlib.ExitStack:
    stack = contextlib.ExitStack()
    stack.callback(print)
    return stack


def _looped() -> asyncio.Queue[int]:
    return asyncio.Queue(1)


def _bind(queue_: Any) -> None:
    queue_._loop = object()


def _meta() -> Any:
    meta: Any = type("Meta", (type,), {"made": [], "__module__": NAME})
    return meta("Made", (), {"__module__": NAME})


def _variable() -> ContextVar[list[int]]:
    kept: list[int] = []
    return ContextVar("kept_notes", default=kept)


def _locked() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock


def _advance(times: int) -> Act:
    return lambda iterator: [next(iterator) for _ in range(times)]


def _filled(kind: Any, *items: Any) -> Any:
    made = kind()
    for each in items:
        made.put(each)
    return made


def _weak(kind: Any) -> Any:
    made = kind()
    if isinstance(made, weakref.WeakSet):
        made.add(KEPT)
    elif isinstance(made, weakref.WeakKeyDictionary):
        made[KEPT] = 1
    return made


# Name: (what the module holds as KEPT, what a test does with it, the keys that differ, what is then as before).
CASES: dict[str, tuple[Callable[[Any], Any], Act, set[str], Act]] = {
    "queue": (lambda shop: _filled(queue.Queue, 1), lambda it: it.get(), {"KEPT.queue"}, lambda it: it.qsize()),
    "simple_queue": (lambda shop: _filled(queue.SimpleQueue, 1, 2), lambda it: it.get(), {"KEPT"},
                     lambda it: it.qsize()),
    "event": (lambda shop: threading.Event(), lambda it: it.set(), {"KEPT._flag"}, lambda it: it.is_set()),
    "lock": (lambda shop: threading.Lock(), lambda it: it.acquire(), {"KEPT"}, lambda it: it.locked()),
    "lock_free": (lambda shop: _locked(), lambda it: it.release(), {"KEPT"}, lambda it: it.locked()),
    "rlock": (lambda shop: threading.RLock(), lambda it: it.acquire(), {"KEPT"}, lambda it: repr(it)[:9]),
    "semaphore": (lambda shop: threading.Semaphore(2), lambda it: it.acquire(), {"KEPT._value"},
                  lambda it: it._value),
    "count": (lambda shop: itertools.count(1), _advance(2), {"KEPT"}, repr),
    "cycle": (lambda shop: itertools.cycle("ab"), _advance(3), {"KEPT"},
              lambda it: it.__reduce__()[1][0].__length_hint__()),
    "list_iterator": (lambda shop: iter([1, 2]), _advance(1), {"KEPT"}, lambda it: it.__length_hint__()),
    "ended_iterator": (lambda shop: iter([1, 2]), list, {"KEPT"}, lambda it: it.__length_hint__()),
    "set_iterator": (lambda shop: iter({1}), list, {"KEPT"}, lambda it: it.__length_hint__()),
    "enumerate": (lambda shop: enumerate(["a", "b"]), _advance(1), {"KEPT"}, lambda it: it.__reduce__()[1][1]),
    "range": (lambda shop: iter(range(5)), _advance(1), {"KEPT"}, lambda it: it.__length_hint__()),
    "generator": (lambda shop: shop.numbers(), _advance(2), {"KEPT"}, lambda it: it.gi_suspended),
    "next_method": (lambda shop: itertools.count(1).__next__, lambda it: it(), {"KEPT.__self__"},
                    lambda it: repr(it.__self__)),
    "random": (lambda shop: random.Random(7), lambda it: it.random(), {"KEPT"}, lambda it: it.getstate()),
    "text": (lambda shop: io.StringIO("a"), lambda it: it.write("bcd"), {"KEPT", "KEPT.tell"},
             lambda it: (it.getvalue(), it.tell())),
    "bytes": (lambda shop: io.BytesIO(b"ab"), lambda it: it.read(), {"KEPT.tell"}, lambda it: it.tell()),
    "deque": (lambda shop: collections.deque([1]), lambda it: it.appendleft(0), {"KEPT"}, list),
    "array": (lambda shop: array.array("i", [1]), lambda it: it.append(2), {"KEPT"}, list),
    "bytearray": (lambda shop: bytearray(b"a"), lambda it: it.extend(b"bc"), {"KEPT"}, bytes),
    "local": (lambda shop: threading.local(), lambda it: setattr(it, "client", 1), {"KEPT.client"},
              lambda it: hasattr(it, "client")),
    "weak_values": (lambda shop: weakref.WeakValueDictionary(), lambda it: it.update(a=KEPT), {'KEPT["a"]'}, len),
    "weak_set": (lambda shop: _weak(weakref.WeakSet), lambda it: it.clear(), {"KEPT"}, len),
    "weak_keys": (lambda shop: _weak(weakref.WeakKeyDictionary), lambda it: it.clear(),
                  {"KEPT[instance of weakref.ReferenceType]"}, len),
    "stack": (lambda shop: _stack(), lambda it: it.callback(print), {"KEPT._exit_callbacks"},
              lambda it: len(it._exit_callbacks)),
    "arithmetic": (lambda shop: decimal.Context(prec=9), lambda it: setattr(it, "prec", 3), {"KEPT.prec"},
                lambda it: it.prec),
    "traps": (lambda shop: decimal.Context(traps=[]), lambda it: it.traps.update({decimal.Inexact: True}),
              {"KEPT.traps"}, lambda it: it.traps[decimal.Inexact]),
    "looped": (lambda shop: _looped(), _bind, {"KEPT._loop"}, lambda it: it._loop is None),
    "ordered": (lambda shop: collections.OrderedDict(a=1, b=2), lambda it: it.pop("a"), {'KEPT["a"]'},
                lambda it: sorted(it.items())),
    "counter": (lambda shop: collections.Counter("a"), lambda it: it.update("ab"), {'KEPT["a"]', 'KEPT["b"]'},
                dict),
    "default": (lambda shop: collections.defaultdict(list), lambda it: it["x"], {'KEPT["x"]'}, dict),
    "chain": (lambda shop: collections.ChainMap({}), lambda it: it.update(a=1), {'KEPT.maps[0]["a"]'}, dict),
    "user": (lambda shop: collections.UserDict(), lambda it: it.update(a=1), {'KEPT.data["a"]'}, dict),
    "namespace": (lambda shop: types.SimpleNamespace(a=1), lambda it: delattr(it, "a"), {"KEPT.a"}, vars),
    "partial": (lambda shop: functools.partial(print, [], end={}), lambda it: it.args[0].append(1),
                {"KEPT.args[0]"}, lambda it: list(it.args[0])),
    "partial_keywords": (lambda shop: functools.partial(shop.send, end=1), lambda it: it.keywords.pop("end"),
                         {'KEPT.keywords["end"]'}, lambda it: dict(it.keywords)),
    "partial_closure": (lambda shop: functools.partial(shop.bound()), lambda it: it.func.factor().append(2),
                        {"KEPT.func.<factor>"}, lambda it: list(it.func.factor())),
    "defaults": (lambda shop: shop.add, lambda it: it(1), {"add.__defaults__[0]"},
                 lambda it: list(it.__defaults__[0])),
    "keyword_defaults": (lambda shop: shop.add, lambda it: it.__kwdefaults__["tags"].update(a=1),
                         {'add.__kwdefaults__["tags"]["a"]'}, lambda it: dict(it.__kwdefaults__["tags"])),
    "new_defaults": (lambda shop: shop.add, lambda it: setattr(it, "__defaults__", None), {"add.__defaults__"},
                     lambda it: it.__defaults__),
    "attribute": (lambda shop: shop.send, lambda it: setattr(it, "calls", 1), {"send.calls"},
                  lambda it: hasattr(it, "calls")),
    "code": (lambda shop: shop.send, lambda it: setattr(it, "__code__", (lambda: 0).__code__), {"send.__code__"},
             lambda it: it()),
    "bound_list": (lambda shop: [].append, lambda it: it(1), {"KEPT.__self__"}, lambda it: list(it.__self__)),
    "descriptor": (lambda shop: type("Policy", (), {"rates": Described(), "__module__": NAME}),
                   lambda it: it.rates.update(b=2), {'KEPT.rates.kept["b"]'}, lambda it: dict(it.rates)),
    "metaclass": (lambda shop: _meta(), lambda it: setattr(type(it), "size", 1), {"KEPT.__class__.size"},
                  lambda it: hasattr(type(it), "size")),
    "member": (_colour, lambda it: it.RED.extra.update(b=2), {'KEPT.RED.extra["b"]'},
               lambda it: dict(it.RED.extra)),
    "context": (lambda shop: _variable(), lambda it: it.get().append(1), {"KEPT.<value>"},
                lambda it: list(it.get())),
    "dispatch": (lambda shop: shop.render, lambda it: it.register(int, repr), {"render.registry[class int]"},
                 lambda it: it(1)),
    "virtual": (lambda shop: shop.Shape, lambda it: it.register(int) and issubclass(int, it),
                {"Shape._abc_registry"}, lambda it: issubclass(int, it)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_seen_told_and_undone(shop: Any, name: str) -> None:
    make, act, keys, ask = CASES[name]
    shop.KEPT = make(shop)
    if shop.KEPT in (shop.add, shop.send, shop.render, shop.Shape):
        kept = shop.KEPT
        del shop.KEPT
    else:
        kept = None
    before = ask(kept or shop.KEPT)
    look = DeepLook.at_project(CAMERA, PROBES)
    assert otherwise(look) == []
    act(kept or shop.KEPT)
    found = otherwise(look)
    told = {each.location.key for each in found}
    assert told >= keys
    assert not [each for each in found if each.internal]
    assert all(look.change(each, "t").digest for each in found)
    watch = Watchpoints(CAMERA, PROBES, [each.location for each in found])
    assert watch.changes("t") == ()
    for each in found:
        each.undo()
    assert ask(kept or shop.KEPT) == before
    assert otherwise(look) == []


def test_what_the_interpreter_makes_when_it_is_asked_is_no_change(shop: Any) -> None:
    shop.Plain = type("Plain", (), {"__module__": NAME})
    look = DeepLook.at_project(CAMERA, PROBES)
    assert shop.Plain.__annotations__ == {}
    assert otherwise(look) == []
    shop.Plain.__annotations__["size"] = int
    look = DeepLook.at_project(CAMERA, PROBES)
    shop.Plain.__annotations__["size"] = str
    assert [each.location.key for each in otherwise(look)] == ['Plain.__annotations__["size"]']


def test_a_key_stands_on_one_line(shop: Any) -> None:
    shop.SEEN = {}
    look = DeepLook.at_project(CAMERA, PROBES)
    shop.SEEN["two\nlines\t"] = 1
    assert [each.location.key for each in otherwise(look)] == ['SEEN["two\\nlines\\t"]']
