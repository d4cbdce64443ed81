"""What the processes of one audit know of servers and copies together: a file in the scratch folder of the audit,
which nobody else can read, and which goes with it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from leakcheck.postgres.wire import Server

try:
    import fcntl
except ImportError:  # on Windows, where nothing is copied
    fcntl = None  # type: ignore[assignment]

_open, _fdopen, _close, _replace, _makedirs, _listdir, _remove = (
    os.open, os.fdopen, os.close, os.replace, os.makedirs, os.listdir, os.remove,
)  # fmt: skip
_join, _load, _dump, _opened = os.path.join, json.loads, json.dumps, open
_FLAGS = os.O_RDWR | os.O_CREAT


@dataclass
class Known:
    """`servers`: its identity -> where it is, and the numbers of the databases that were there at first. `bases`:
    the name of a database -> the copy of what it was at first. `refused`: the name of a database -> why it is not
    copied. `real`: the process that has the user's own databases. `remarks`: name -> what the user is to know.
    `programs`: what tests have started beside their copies. `made`: the names of databases that the suite makes for
    itself, each execution one of its own. `used`: the name of a database -> the copy of what the plain run has
    left there."""

    servers: dict[str, tuple[Server, Mapping[str, str]]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    real: int = 0
    remarks: dict[str, str] = field(default_factory=dict)
    programs: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)


class Registry:
    """In `scratch`; nothing is there until something is known."""

    def __init__(self, scratch: str) -> None:
        self._folder = _join(scratch, "databases")
        self._file = _join(self._folder, "known.json")

    def read(self) -> Known:
        try:
            with _opened(self._file, encoding="utf-8") as stream:
                found = _load(stream.read())
        except (OSError, ValueError):
            return Known()
        servers = {name: (Server(*where), oids) for name, (where, oids) in found.pop("servers").items()}
        return Known(servers, **found)

    @contextlib.contextmanager
    def changed(self) -> Iterator[Known]:
        """What is known, to be changed while no other process does."""
        _makedirs(self._folder, mode=0o700, exist_ok=True)
        lock = _open(_join(self._folder, "lock"), _FLAGS, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.read()
            yield known
            self._write(vars(known))
        finally:
            _close(lock)

    def _write(self, known: Mapping[str, Any]) -> None:
        fresh = f"{self._file}.new"
        with _fdopen(_open(fresh, _FLAGS | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(_dump(known))
        _replace(fresh, self._file)

    def note(self, copy: str, server: str) -> None:
        """`copy` is about to be made on `server`."""
        with _fdopen(_open(_join(self._folder, copy), _FLAGS | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(server)

    def strike(self, copy: str) -> None:
        """It is gone."""
        with contextlib.suppress(OSError):
            _remove(_join(self._folder, copy))

    def noted(self) -> Mapping[str, str]:
        """copy -> its server, of all that may be there."""
        found: dict[str, str] = {}
        try:
            names = [name for name in _listdir(self._folder) if name.startswith("leakcheck_")]
        except OSError:
            return {}
        for name in names:
            with contextlib.suppress(OSError), _opened(_join(self._folder, name), encoding="utf-8") as stream:
                found[name] = stream.read()
        return found
