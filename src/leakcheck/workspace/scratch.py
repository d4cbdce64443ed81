"""What executions leave in leakcheck's own temporary folder, and how it goes. Nothing else is removed here."""

from __future__ import annotations

import os
from contextlib import suppress

from leakcheck.own_folders import Own, remove_own
from leakcheck.recorder.outside.views import LAYER

_PREFIXES = ("t", "cache", LAYER)
_AGAIN = "again"
_SALTED = ".json"


def clear(scratch: Own, tag: str) -> None:
    """Remove the temporary folder and the cache of the execution `tag`."""
    starts = tuple(f"{prefix}{tag}-" for prefix in _PREFIXES)
    folder: Own | None = scratch
    while folder is not None:
        _remove(folder, starts)
        folder = _inner(folder)


def close(scratch: Own, *, keep: bool) -> None:
    """The audit is over. What is kept has no salt in it."""
    if keep:
        _remove(scratch, ends=_SALTED)
    else:
        remove_own(scratch)


def _remove(folder: Own, starts: tuple[str, ...] = ("",), ends: str = "") -> None:
    with suppress(OSError):
        for name in os.listdir(folder.path):
            if name.startswith(starts) and name.endswith(ends):
                remove_own(folder, name)


def _inner(folder: Own) -> Own | None:
    """Where the second runs of tests have their temporary folders."""
    try:
        return Own.at(os.path.join(folder.path, _AGAIN))
    except OSError:
        return None
