"""Folders of one machine in the place of those of another: a segment tells of the host's."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from leakcheck.store.parts import replacing


def places(root: str, python: str, scratch: str, folder: str) -> Mapping[str, str]:
    """The folders that values and lines may name, by what they are for."""
    environment = str(Path(python).parent.parent) if os.path.isabs(python) else sys.prefix
    return {
        "here": str(Path.cwd()),
        "root": root,
        "environment": environment,
        "scratch": scratch,
        "folder": str(Path(folder).absolute()),
        "temporary": tempfile.gettempdir(),
        "home": str(Path.home()),
    }


def as_there(own: Mapping[str, str], other: Mapping[str, str]) -> Callable[[bytes], bytes]:
    """What makes of lines that name folders of `own` lines that name those of `other`."""
    return replacing({own[name]: other[name] for name in own if own[name] != other.get(name, own[name])})


def moved(texts: Sequence[str], before: str, now: str) -> tuple[str, ...]:
    """Paths and arguments, with the project in another place."""
    return tuple(text.replace(before, now) if before != now else text for text in texts)
