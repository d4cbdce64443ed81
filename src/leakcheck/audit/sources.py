"""The content of a project's files: what an audit that goes on must find as it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

SUFFIXES = (".py", ".pyi", ".toml", ".ini", ".cfg")
MAX_FILES = 20_000
_OTHERS = ("node_modules", "site-packages", "__pycache__")


def sources_of(root: Path, salt: str) -> Mapping[str, str]:
    """A digest, keyed with `salt`, of every Python and configuration file below `root`, by path; environments and
    hidden folders are left out."""
    found: dict[str, str] = {}
    key = salt.encode()
    for path in _files(root):
        if len(found) >= MAX_FILES:
            break
        try:
            data = path.read_bytes()
        except OSError:
            continue
        found[path.relative_to(root).as_posix()] = hashlib.blake2b(data, key=key, digest_size=8).hexdigest()
    return found


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _OTHERS)
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(SUFFIXES))


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What has happened to which file, in a few words each."""
    changed = [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    return [
        f"{name} {'is new' if name not in before else 'is gone' if name not in now else 'has changed'}"
        for name in changed
    ]
