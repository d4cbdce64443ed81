"""The content of a project's files: what an audit that goes on must find as it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

SUFFIXES = (".py", ".pyi", ".toml", ".ini", ".cfg")
MAX_FILES = 20_000
PLAN = "leakcheck_order.py"
"""Written by `leakcheck order`: no source of the project's."""
_OTHERS = ("node_modules", "site-packages", "__pycache__")
T = TypeVar("T")


def sources_of(root: Path, salt: str) -> Mapping[str, str]:
    """A digest, keyed with `salt`, of every Python and configuration file below `root`, by path; environments and
    hidden folders are left out."""
    found: dict[str, str] = {}
    key = salt.encode()
    for path in (each for each in walk(root, _OTHERS) if each.name.endswith(SUFFIXES) and each.name != PLAN):
        if len(found) >= MAX_FILES:
            break
        try:
            data = path.read_bytes()
        except OSError:
            continue
        found[path.relative_to(root).as_posix()] = hashlib.blake2b(data, key=key, digest_size=8).hexdigest()
    return found


def walk(root: Path, others: Collection[str]) -> Iterator[Path]:
    """Every file below `root`, without environments, hidden folders, and folders that are named as `others`."""
    for folder, folders, names in os.walk(root):
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in others)
        yield from (Path(folder, name) for name in sorted(names))


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has happened to which file, in a few words each."""
    return [
        f"{name} {'is new' if name not in before else 'is gone' if name not in now else 'has changed'}"
        for name in changed(before, now)
    ]


def changed(before: Mapping[str, T], now: Mapping[str, T]) -> list[str]:
    """The names under which there is something else, or nothing on one side, in their order."""
    return [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
