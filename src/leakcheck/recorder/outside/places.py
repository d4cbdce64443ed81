"""Which files are the user's: those that are kept before they change, wherever they lie."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator

CACHES = frozenset({"__pycache__", ".leakcheck", ".pytest_cache", ".mypy_cache", ".ruff_cache"})
"""Folders that pytest and other tools keep for themselves, in whatever project."""
_INSTALLED = frozenset({"__pycache__", "site-packages", "dist-packages"})
_MADE_UP = re.compile(r"tmp[a-z0-9_]{8}(?![a-z0-9_])|pytest-of-")
"""How names begin that `tempfile` and pytest make up, in whatever process: nobody else comes upon them."""
_SYSTEM = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/snap", "/sys",
    "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/sbin", "/usr/share",
    "/var/cache", "/var/lib", "/var/lock", "/var/log", "/var/run", "/System", "/Library", "/private/etc",
    "/private/var/db", "/private/var/run",
)  # fmt: skip
"""Folders of the system: what stands there belongs to no user or, below /run/user, is gone behind a login."""
_TOO_WIDE = frozenset({"/", "/usr", "/usr/local"})
_LENGTH = 8
"""Of the part of a name that `tempfile` makes up."""
_join, _realpath = os.path.join, os.path.realpath


class Places:
    """Tells of a path whether what stands there is kept and put back. `own` are leakcheck's folders."""

    def __init__(self, root: str, own: Iterable[str]) -> None:
        self.root = root
        self._own = tuple(_join(_realpath(path), "") for path in own)
        self._temp = _join(_realpath(tempfile.gettempdir()), "")
        self._home = _join(_realpath(os.path.expanduser("~")), "")
        self._foreign = tuple(_join(path, "") for path in (*_SYSTEM, *_interpreter()))
        self._private: list[str] = []
        self._made_up = NotedNames.install()

    def is_private(self, path: str) -> None:
        """`path` is of a made-up name that nobody else comes upon."""
        self._private.append(path)

    def inside(self, path: str) -> bool:
        """Whether it lies under the rootdir."""
        return path.startswith(_join(self.root, ""))

    def in_temp(self, path: str) -> bool:
        return path.startswith(self._temp)

    def top(self, path: str) -> str:
        """The folder in which it has to lie when it is put back."""
        if self.inside(path):
            return self.root
        return self._temp[:-1] if self.in_temp(path) else os.path.splitdrive(path)[0] + os.sep

    def name(self, path: str) -> str:
        """As reports show it: relative to the rootdir or to the home; a link is not what it points to."""
        if self.inside(path):
            return path[len(_join(self.root, "")) :].replace(os.sep, "/")
        return f"~/{path[len(self._home) :]}" if len(self._home) > 1 and path.startswith(self._home) else path

    def counts(self, path: str) -> bool:
        if _join(path, "").startswith(self._own) or path.endswith(".pyc"):
            return False
        if self.inside(path):
            return CACHES.isdisjoint(path[len(self.root) :].split(os.sep))
        if path.startswith(self._temp) and _MADE_UP.match(path[len(self._temp) :]) is not None:
            return False
        return self._is_users(path) and not self._is_passing(path)

    def _is_users(self, path: str) -> bool:
        in_temp = path.startswith(self._temp)  # it may lie in a folder of the system
        return (in_temp or not path.startswith(self._foreign)) and _INSTALLED.isdisjoint(path.split(os.sep))

    def _is_passing(self, path: str) -> bool:
        if any(path == each or path.startswith(each + os.sep) for each in self._private):
            return True
        return any(part in self._made_up for name in path.split(os.sep) for part in _parts(name))


def _parts(name: str) -> Iterator[str]:
    """All parts of a name that are as long as a name that is made up."""
    return (name[start : start + _LENGTH] for start in range(len(name) - _LENGTH + 1))


def _interpreter() -> list[str]:
    """Where the interpreter and its environment lie."""
    found = {_realpath(each) for each in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}
    return sorted(found - _TOO_WIDE)


class NotedNames:
    """The names that `tempfile` makes up in this process. `tempfile.mktemp` tells nobody that it has."""

    def __init__(self, names: object, noted: dict[str, None]) -> None:
        self._names = names
        self._noted = noted

    @classmethod
    def install(cls) -> Collection[str]:
        """Note them from now on; returns where they are noted."""
        noted: dict[str, None] = {}
        current = getattr(tempfile, "_name_sequence", None)
        names = current._names if isinstance(current, cls) else current
        make = getattr(tempfile, "_RandomNameSequence", None)
        if names is None and make is not None:
            names = make()
        if names is not None:
            tempfile._name_sequence = cls(names, noted)  # type: ignore[attr-defined]
        return noted.keys()

    def __iter__(self) -> NotedNames:
        return self

    def __next__(self) -> str:
        name: str = next(self._names)  # type: ignore[call-overload]
        self._noted[name] = None
        return name

    def __getattr__(self, name: str) -> object:
        return getattr(self._names, name)
