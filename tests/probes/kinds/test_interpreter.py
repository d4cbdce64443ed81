"""Settings that are kept in C: each is seen to change, and is put back."""

from __future__ import annotations

import csv
import decimal
import faulthandler
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import timeit
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from leakcheck.probes.kinds.interpreter import Probe
from leakcheck.probes.switches import SWITCHES

PROBE = Probe()


def _dialect() -> None:
    csv.register_dialect("tabs", delimiter="\t")
    csv.unregister_dialect("unix")


def _limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))


CHANGES: dict[tuple[str, str], Callable[[], object]] = {
    ("sys", "recursion limit"): lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 500),
    ("sys", "switch interval"): lambda: sys.setswitchinterval(0.01),
    ("sys", "limit of digits"): lambda: sys.set_int_max_str_digits(1_000),
    ("sys", "trace function"): lambda: sys.settrace(lambda *_: None),
    ("sys", "profile function"): lambda: sys.setprofile(lambda *_: None),
    ("threading", "trace function"): lambda: threading.settrace(lambda *_: None),
    ("threading", "profile function"): lambda: threading.setprofile(lambda *_: None),
    ("threading", "excepthook"): lambda: setattr(threading, "excepthook", print),
    ("socket", "default timeout"): lambda: socket.setdefaulttimeout(3),
    ("os", "umask"): lambda: os.umask(0o027),
    ("gc", "collector"): gc.disable,
    ("gc", "threshold"): lambda: gc.set_threshold(5, 6, 7),
    ("gc", "debug flags"): lambda: gc.set_debug(gc.DEBUG_UNCOLLECTABLE),
    ("gc", "callbacks"): lambda: gc.callbacks.append(lambda *_: None),
    ("signal", "mask"): lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2}),
    ("signal", "alarm"): lambda: signal.alarm(1_000),
    ("faulthandler", "fault handler"): faulthandler.disable,
    ("tracemalloc", "tracing of memory"): lambda: tracemalloc.start(2),
    ("csv", "field size limit"): lambda: csv.field_size_limit(7),
    ("csv", "dialects"): _dialect,
    ("decimal", "prec"): lambda: setattr(decimal.getcontext(), "prec", 4),
    ("decimal", "rounding"): lambda: setattr(decimal.getcontext(), "rounding", "ROUND_UP"),
    ("decimal", "Emin"): lambda: setattr(decimal.getcontext(), "Emin", -5),
    ("decimal", "Emax"): lambda: setattr(decimal.getcontext(), "Emax", 5),
    ("decimal", "capitals"): lambda: setattr(decimal.getcontext(), "capitals", 0),
    ("decimal", "clamp"): lambda: setattr(decimal.getcontext(), "clamp", 1),
    ("decimal", "traps"): lambda: decimal.getcontext().traps.update({decimal.Inexact: True}),
    ("resource", "RLIMIT_NOFILE"): _limit,
}


@pytest.fixture(autouse=True)
def with_a_fault_handler() -> Iterator[None]:
    """pytest's own writes to a descriptor that nobody tells: it is switched on again by pytest's plugin."""
    was_on = faulthandler.is_enabled()
    faulthandler.enable(2)
    yield
    faulthandler.enable(2) if was_on else faulthandler.disable()


@pytest.mark.parametrize("place", CHANGES)
def test_each_is_seen_to_change_and_is_put_back(place: tuple[str, str]) -> None:
    before = PROBE.read()
    CHANGES[place]()
    changed = PROBE.read()
    try:
        assert {each for each in before if before[each] != changed[each]} == {place}
    finally:
        PROBE.put_back(*place, before[place])
    assert PROBE.read() == before


def test_each_is_tried() -> None:
    assert {place for place in SWITCHES if place[0] != "resource"} == {
        place for place in CHANGES if place[0] != "resource"
    }


FRESH = """
import sys
import leakcheck.probes.kinds.interpreter as kind
from contextvars import copy_context

probe = kind.Probe()
loaded = set(sys.modules)
before = probe.read()
assert set(sys.modules) == loaded and not list(copy_context())
import csv, decimal, socket, tracemalloc, faulthandler
after = probe.read()
assert after == before, [(each, before[each], after[each]) for each in before if before[each] != after[each]]
decimal.getcontext()
assert probe.read() == before
"""


@pytest.mark.processes
def test_what_is_not_loaded_stays_so_and_its_import_changes_nothing() -> None:
    subprocess.run([sys.executable, "-c", FRESH], check=True)


def test_a_function_that_a_test_has_replaced_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "getrecursionlimit", None)
    assert ("sys", "recursion limit") not in PROBE.read()


def test_to_read_them_takes_no_time_that_a_test_would_notice() -> None:
    assert timeit.timeit(PROBE.read, number=20) / 20 < 0.005
