"""Settings of the interpreter and the process that are kept in C, a line of a table each: how it is read and set.

What belongs to a module that nobody has loaded is as it is when the module is new: nothing is imported to find out.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from leakcheck.snapshots.markers import Items

_open, _read, _close, _umask = os.open, os.read, os.close, os.umask  # a test may replace these
_SWITCHED = {True: "on", False: "off"}
_CONTEXT = {
    "prec": 28, "rounding": "ROUND_HALF_EVEN", "Emin": -999_999, "Emax": 999_999, "capitals": 1, "clamp": 0,
}  # fmt: skip
_DIALECT = (
    "delimiter",
    "quotechar",
    "escapechar",
    "doublequote",
    "skipinitialspace",
    "lineterminator",
    "quoting",
    "strict",
)
_DIALECTS = Items(
    (
        ("excel", ",", '"', None, True, False, "\r\n", 0, False),
        ("excel-tab", "\t", '"', None, True, False, "\r\n", 0, False),
        ("unix", ",", '"', None, True, False, "\n", 1, False),
    )
)


@dataclass(frozen=True, slots=True)
class Switch:
    """How one setting is read and set through its module, and what it is where that is not loaded."""

    read: Callable[[Any], Any]
    put_back: Callable[[Any, Any], object]
    usual: Any = None


def _pair(name: str, usual: Any = None) -> Switch:
    """`getname()` and `setname(value)`."""
    return Switch(
        lambda module: getattr(module, f"get{name}")(),
        lambda module, old: getattr(module, f"set{name}")(old),
        usual,
    )


def _attribute(name: str) -> Switch:
    return Switch(lambda module: getattr(module, name), lambda module, old: setattr(module, name, old))


def _tracer(name: str) -> Switch:
    """`gettrace()` and `settrace(function)`: while leakcheck looks for a line, its own is nobody's."""

    def read(module: Any) -> Any:
        function = getattr(module, f"get{name}")()
        owner = type(getattr(function, "__self__", None))
        return None if type.__getattribute__(owner, "__module__").startswith("leakcheck.") else function

    return Switch(read, lambda module, old: getattr(module, f"set{name}")(old))


def _on_or_off(asked: str, on: Callable[[Any], object], off: str, usual: str | None = None) -> Switch:
    return Switch(
        lambda module: _SWITCHED[getattr(module, asked)()],
        lambda module, old: on(module) if old == "on" else getattr(module, off)(),
        usual,
    )


def _read_umask(module: Any) -> str:
    """From the file in which the kernel tells it, if there is one: to ask for it is to set it."""
    try:
        descriptor = _open("/proc/self/status", os.O_RDONLY)
    except OSError:
        mask = _umask(0o77)
        _umask(mask)
        return f"{mask:03o}"
    try:
        _, _, rest = _read(descriptor, 4_096).partition(b"Umask:")
    finally:
        _close(descriptor)
    return f"{int(rest.split(maxsplit=1)[0], 8):03o}"


def _read_mask(module: Any) -> Items:
    return Items(sorted(map(int, module.pthread_sigmask(module.SIG_BLOCK, ()))))


def _read_alarm(module: Any) -> str:
    return "set" if module.getitimer(module.ITIMER_REAL)[0] else "not set"


def _stop_alarm(module: Any, old: Any) -> None:
    if old == "not set":
        module.setitimer(module.ITIMER_REAL, 0)


def _trace_memory(module: Any, old: Any) -> None:
    module.stop()
    if old != "off":
        module.start(old)


def _read_dialects(module: Any) -> Items:
    found = ((name, module.get_dialect(name)) for name in sorted(module.list_dialects()))
    return Items((name, *(getattr(dialect, each) for each in _DIALECT)) for name, dialect in found)


def _register_dialects(module: Any, old: Any) -> None:
    for name in module.list_dialects():
        module.unregister_dialect(name)
    for name, *values in old:
        module.register_dialect(name, **dict(zip(_DIALECT, values, strict=True)))


def _context(decimal: Any) -> Any:
    """The context of this thread; where nobody has computed yet, what it will be copied from. (To ask for it would
    make it.)"""
    here = copy_context()
    found = (here[each] for each in here if each.name == "decimal_context")
    return next(found, decimal.DefaultContext)


def _arithmetic(name: str, usual: Any) -> Switch:
    return Switch(
        lambda module: getattr(_context(module), name),
        lambda module, old: setattr(_context(module), name, old),
        usual,
    )


def _read_traps(module: Any) -> Items:
    return Items(signal.__name__ for signal, is_on in _context(module).traps.items() if is_on)


def _put_back_traps(module: Any, old: Any) -> None:
    traps = _context(module).traps
    for signal in list(traps):
        traps[signal] = signal.__name__ in old


def _limits() -> Iterator[tuple[tuple[str, str], Switch]]:
    """How much of everything the process may use: (soft limit, hard limit)."""
    try:
        resource: Any = importlib.import_module("resource")
    except ImportError:  # Windows
        return
    names = (each for each in dir(resource) if each.startswith("RLIMIT_") and each != "RLIMIT_OFILE")
    for name in names:  # that one is another name of one among them
        yield ("resource", name), _limit(getattr(resource, name))


def _limit(number: int) -> Switch:
    return Switch(lambda module: module.getrlimit(number), lambda module, old: module.setrlimit(number, old))


SWITCHES: Mapping[tuple[str, str], Switch] = {
    ("sys", "recursion limit"): _pair("recursionlimit"),
    ("sys", "switch interval"): _pair("switchinterval"),
    ("sys", "limit of digits"): _pair("_int_max_str_digits"),
    ("sys", "trace function"): _tracer("trace"),
    ("sys", "profile function"): _tracer("profile"),
    ("threading", "trace function"): _tracer("trace"),
    ("threading", "profile function"): _tracer("profile"),
    ("threading", "excepthook"): _attribute("excepthook"),
    ("socket", "default timeout"): _pair("defaulttimeout"),
    ("os", "umask"): Switch(_read_umask, lambda module, old: _umask(int(old, 8))),
    ("gc", "collector"): _on_or_off("isenabled", lambda module: module.enable(), "disable"),
    ("gc", "threshold"): Switch(
        lambda module: module.get_threshold(), lambda module, old: module.set_threshold(*old)
    ),
    ("gc", "debug flags"): _pair("_debug"),
    ("gc", "callbacks"): Switch(
        lambda module: Items(module.callbacks), lambda module, old: module.callbacks.__setitem__(slice(None), old)
    ),
    ("signal", "mask"): Switch(_read_mask, lambda module, old: module.pthread_sigmask(module.SIG_SETMASK, old)),
    ("signal", "alarm"): Switch(_read_alarm, _stop_alarm),
    ("faulthandler", "fault handler"): _on_or_off(
        "is_enabled", lambda module: module.enable(sys.__stderr__), "disable", "off"
    ),
    ("tracemalloc", "tracing of memory"): Switch(
        lambda module: module.get_traceback_limit() if module.is_tracing() else "off", _trace_memory, "off"
    ),
    ("csv", "field size limit"): Switch(
        lambda module: module.field_size_limit(), lambda module, old: module.field_size_limit(old), 131_072
    ),
    ("csv", "dialects"): Switch(_read_dialects, _register_dialects, _DIALECTS),
    **{("decimal", name): _arithmetic(name, usual) for name, usual in _CONTEXT.items()},
    ("decimal", "traps"): Switch(
        _read_traps, _put_back_traps, Items(("InvalidOperation", "DivisionByZero", "Overflow"))
    ),
    **dict(_limits()),
}
"""(module, what people call it) -> how it is read and set."""
