"""Environment variables: set, deleted and read through `os.environ`.

What the interpreter's and pytest's own code reads for itself (the width of the terminal, all variables in search of
a proxy) is no read of the test's.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from sys import _getframe
from types import FrameType, ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, KindOfState, Ledger, Setting, Tracking, Values
from leakcheck.probes.tracking.tracked_dict import TrackedDict, tracked
from leakcheck.records import WHOLE

OWNER = "os.environ"
_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
_PYTESTS = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_VERSION"})
_RAW = frozenset({*_PYTESTS, *(each.encode("ascii") for each in _PYTESTS)})
"""pytest writes them several times a test."""
_RUNNERS = frozenset({"_pytest", "pluggy", "pytest", "leakcheck"})
_LOOK_AT_ALL = frozenset({"unittest.mock", "urllib.request", "subprocess"})
"""Modules of the standard library that look at all variables, to put them back or to find a few of them."""


class _Variables(Mapping[str, object]):
    """The environment as text, without those that pytest writes. A write asks for one variable, and a suite that
    puts all of them back behind each test makes a hundred writes a test: none of them costs a look at all."""

    __slots__ = ("_content", "_text")

    def __init__(self, content: dict[Any, Any], text: Callable[[Any], str]) -> None:
        self._content = content
        self._text = text

    def __getitem__(self, key: str) -> object:
        if key in _PYTESTS:
            raise KeyError(key)
        # Past who watches it. Names are bytes where the system's are, and whatever a test has put there.
        raw = dict.get(self._content, key.encode(_ENCODING, _ERRORS), MISSING)
        return self._text(dict.__getitem__(self._content, key) if raw is MISSING else raw)

    def __iter__(self) -> Iterator[str]:
        return iter([key for key in map(self._text, dict.keys(self._content)) if key not in _PYTESTS])

    def __len__(self) -> int:
        return len(list(iter(self)))


class Probe(Setting, KindOfState):
    """Owner: `os.environ`. Key: the variable."""

    kind = "environ"
    tracking: Tracking = "tracked"
    about = About(
        form="environment variable $key",
        whole="all environment variables",
        advice="Set environment variables with `monkeypatch.setenv`, which puts them back.",
        example='def test_with_the_variable(monkeypatch):\n    monkeypatch.setenv("$variable", "...")\n',
        often_read=True,  # libraries look up many that nobody sets
    )
    in_place = False
    secret = True

    def __init__(self) -> None:
        self._decoded: dict[Any, str] = {}

    def name(self, owner: Any) -> str | None:
        return OWNER

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        return {"os": self._patch}

    def state(self, owner: Any) -> Mapping[str, object]:
        """The very same strings each time, so that what did not change need not be compared."""
        content = owner.__dict__.get("_data")
        return _Variables(content, self._text) if isinstance(content, dict) else {}

    def show(self, owner: Any, key: str, value: object) -> str | None:
        return str(value)

    def restore(self, owner: Any, key: str, saved: object) -> None:
        if saved is MISSING:
            owner.pop(key, None)
        else:
            owner[key] = saved
        if key == "TZ" and hasattr(time, "tzset"):
            time.tzset()

    def read(self) -> Values:
        return {(OWNER, key): value for key, value in self.state(os.environ).items()}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        self.restore(os.environ, key, MISSING if value is None else value)

    def _text(self, raw: Any) -> str:
        if raw not in self._decoded:
            # As os.fsdecode would, which a test may have replaced.
            self._decoded[raw] = raw if isinstance(raw, str) else raw.decode(_ENCODING, _ERRORS)
        return self._decoded[raw]

    def _patch(self, module: ModuleType, ledger: Ledger) -> None:
        environ = module.__dict__["environ"]

        def on_read(raw: Any) -> None:
            key = WHOLE if raw is TrackedDict.ALL else self._text(raw)
            if key not in _PYTESTS and _reads(key):
                ledger.read(self, environ, key)

        def on_write(raw: Any) -> None:
            if raw not in _RAW:
                ledger.written(self, environ, None if raw is TrackedDict.ALL else self._text(raw))

        content = tracked(environ._data, on_read, on_write)
        environ._data = content
        as_bytes = module.__dict__.get("environb")
        if as_bytes is not None:
            as_bytes._data = content
        ledger.born(self, environ)
        ledger.written(self, environ)  # what is set before any test is nobody's change


def _reads(key: str) -> bool:
    """Whether the code that looks a variable up does so for the test."""
    frame: FrameType | None = _getframe(3)
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if not isinstance(name, str) or (key == WHOLE and name in _LOOK_AT_ALL):
            return False
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names:
            return root not in _RUNNERS
        frame = frame.f_back
    return False
