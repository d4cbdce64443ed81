"""What executions leave in leakcheck's own temporary folder, and how it goes. Nothing else is removed here."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

_PREFIXES = ("t", "cache")
_AGAIN = "again"
_SALTED = ".json"


def clear(scratch: str, tag: str) -> None:
    """Remove the temporary folder and the cache of the execution `tag`."""
    folder = Path(scratch)
    starts = tuple(f"{prefix}{tag}-" for prefix in _PREFIXES)
    while _is_folder(folder):
        for name in os.listdir(folder):
            if name.startswith(starts):
                remove(folder / name)
        folder /= _AGAIN


def close(scratch: str, *, keep: bool) -> None:
    """The audit is over. What is kept has no salt in it."""
    if not keep:
        remove(Path(scratch))
        return
    for path in Path(scratch).glob(f"*{_SALTED}"):
        path.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove a folder of leakcheck's own with all that is in it, links as links, and what tests have locked."""
    if not _is_folder(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if _is_folder(folder):
        _unlock(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _unlock(folder: Path) -> None:
    for parent, names, _ in os.walk(folder):  # never through a link
        for each in (parent, *(os.path.join(parent, name) for name in names)):
            with suppress(OSError):
                if not os.path.islink(each):
                    os.chmod(each, 0o700)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
