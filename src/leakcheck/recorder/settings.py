"""State of the process that no Python container holds, or that a container alone does not put back.

Each setting is read and put back by the interpreter's own means. One more of them is one more entry of `SETTINGS`.
"""

from __future__ import annotations

import contextlib
import locale
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from leakcheck.recorder.holders import Items

ENVIRON = "os.environ"
_PYTEST_OWN = frozenset({"PYTEST_CURRENT_TEST"})


class Setting(NamedTuple):
    """How all values of one kind are read, by (owner, key), and how one is put back (None: it was absent)."""

    read: Callable[[], Mapping[tuple[str, str], Any]]
    put_back: Callable[[str, str, Any], None]


def _read_environ() -> Mapping[tuple[str, str], Any]:
    return {(ENVIRON, key): value for key, value in os.environ.items() if key not in _PYTEST_OWN}


def _put_back_environ(owner: str, key: str, value: Any) -> None:
    if value is None:
        os.environ.pop(key, None)
    else:
        os.environ[key] = value
    if key == "TZ" and hasattr(time, "tzset"):
        time.tzset()


def _read_cwd() -> Mapping[tuple[str, str], Any]:
    try:
        return {("os", "cwd"): os.getcwd()}
    except OSError:
        return {("os", "cwd"): "a folder that is gone"}


def _put_back_cwd(owner: str, key: str, value: Any) -> None:
    os.chdir(value)


def _read_modules() -> Mapping[tuple[str, str], Any]:
    return ModulesView(sys.modules)


class ModulesView(Mapping[tuple[str, str], Any]):
    """A copy of `sys.modules` under the names that settings have."""

    def __init__(self, modules: Mapping[str, Any]) -> None:
        self.modules = dict(modules)

    def __getitem__(self, key: tuple[str, str]) -> Any:
        return self.modules[key[1]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return (("sys.modules", name) for name in self.modules)

    def __len__(self) -> int:
        return len(self.modules)

    def otherwise(self, other: ModulesView) -> Iterator[tuple[str, str]]:
        """What was removed or replaced since; what was first imported since does not count."""
        now = other.modules
        return (("sys.modules", name) for name, module in self.modules.items() if now.get(name) is not module)


def _put_back_module(owner: str, key: str, value: Any) -> None:
    """A module that was removed or replaced; what was first imported meanwhile stays."""
    if value is not None:
        sys.modules[key] = value


def _read_list(name: str) -> Callable[[], Mapping[tuple[str, str], Any]]:
    return lambda: {("sys", name): Items(getattr(sys, name))}


def _put_back_list(owner: str, key: str, value: Any) -> None:
    getattr(sys, key)[:] = value


def _read_filters() -> Mapping[tuple[str, str], Any]:
    return {("warnings", "filters"): Items(warnings.filters)}


def _put_back_filters(owner: str, key: str, value: Any) -> None:
    warnings.filters[:] = value  # type: ignore[index]
    mutated = getattr(warnings, "_filters_mutated", None) or getattr(warnings, "_filters_mutated_lock_held", None)
    if mutated is not None:
        mutated()


def _loggers() -> Mapping[str, Any]:
    import logging

    found = {name: each for name, each in logging.root.manager.loggerDict.items() if hasattr(each, "handlers")}
    return {"root": logging.root, **found}


_LOGGING: Mapping[str, Any] = {"level": 0, "propagate": True, "disabled": False, "handlers": (), "filters": ()}
"""What is read of a logger, and how it is when the logger is new: only what differs from that is a setting."""


def _read_logging() -> Mapping[tuple[str, str], Any]:
    if "logging" not in sys.modules:
        return {}
    found: dict[tuple[str, str], Any] = {}
    for name, logger in _loggers().items():
        for key, usual in _LOGGING.items():
            value = logger.__dict__.get(key)
            if type(value) is list:
                value = Items(each for each in value if not type(each).__module__.startswith("_pytest"))
            if value != usual:
                found[name, key] = value
    found["manager", "disable"] = sys.modules["logging"].root.manager.disable
    return found


def _put_back_logging(owner: str, key: str, value: Any) -> None:
    import logging

    if owner == "manager":
        logging.disable(value)
        return
    logger = _loggers()[owner]
    value = _LOGGING[key] if value is None else value
    if isinstance(value, tuple):
        present = logger.__dict__[key]
        own = [each for each in present if type(each).__module__.startswith("_pytest")]
        present[:] = [*value, *own]
    else:
        logger.__dict__[key] = value
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]


def _read_signals() -> Mapping[tuple[str, str], Any]:
    return {
        ("signal", each.name): signal.getsignal(each) for each in signal.valid_signals() if hasattr(each, "name")
    }


def _put_back_signal(owner: str, key: str, value: Any) -> None:
    if value is not None:
        signal.signal(signal.Signals[key], value)


def _read_locale() -> Mapping[tuple[str, str], Any]:
    return {("locale", "LC_ALL"): locale.setlocale(locale.LC_ALL), ("time", "zone"): time.tzname}


def _put_back_locale(owner: str, key: str, value: Any) -> None:
    if owner == "locale":
        locale.setlocale(locale.LC_ALL, value)
    elif hasattr(time, "tzset"):
        time.tzset()


def _read_random() -> Mapping[tuple[str, str], Any]:
    return {("random", "state"): random.getstate()}


def _put_back_random(owner: str, key: str, value: Any) -> None:
    random.setstate(value)


def _read_loop() -> Mapping[tuple[str, str], Any]:
    """The event loop that is set, told from others by whether it is closed; read without making a policy."""
    events = sys.modules.get("asyncio.events")
    if events is None:
        return {}
    policy = getattr(events, "_event_loop_policy", None)
    local = getattr(policy, "_local", None)
    loop = getattr(local, "_loop", None)
    return {
        ("asyncio", "event loop policy"): policy,
        ("asyncio", "event loop"): loop,
        ("asyncio", "event loop set"): getattr(local, "_set_called", None),
    }


def _put_back_loop(owner: str, key: str, value: Any) -> None:
    events = sys.modules["asyncio.events"]
    policy = getattr(events, "_event_loop_policy", None)
    local = getattr(policy, "_local", None)
    if key == "event loop policy":
        events._event_loop_policy = value  # type: ignore[attr-defined]
    elif local is not None:
        name = "_loop" if key == "event loop" else "_set_called"
        if value is None:
            with contextlib.suppress(AttributeError):
                delattr(local, name)
        else:
            setattr(local, name, value)


SETTINGS: Mapping[str, Setting] = {
    "environ": Setting(_read_environ, _put_back_environ),
    "cwd": Setting(_read_cwd, _put_back_cwd),
    "sys_modules": Setting(_read_modules, _put_back_module),
    "sys_path": Setting(_read_list("path"), _put_back_list),
    "argv": Setting(_read_list("argv"), _put_back_list),
    "warnings_filters": Setting(_read_filters, _put_back_filters),
    "logging": Setting(_read_logging, _put_back_logging),
    "signal_handlers": Setting(_read_signals, _put_back_signal),
    "locale": Setting(_read_locale, _put_back_locale),
    "random_state": Setting(_read_random, _put_back_random),
    "event_loop": Setting(_read_loop, _put_back_loop),
}


Settings = Mapping[str, Mapping[tuple[str, str], Any]]


def read_settings() -> Settings:
    """kind -> (owner, key) -> value, of all that can be read now."""
    found: dict[str, Mapping[tuple[str, str], Any]] = {}
    for kind, setting in SETTINGS.items():
        try:
            found[kind] = setting.read()
        except Exception:  # a test may have broken anything
            continue
    return found
