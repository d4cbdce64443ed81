"""Which revision of a project is checked out, as Git keeps it in files: no program is started for that."""

from __future__ import annotations

import re
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{40,64}")
_SHOWN = 12
_MOST = 5_000_000
"""Bytes of a file that is read for it."""


def revision_of(folder: Path) -> str:
    """The first characters of the commit that `folder` is at; "" where there is none, or none is to be found."""
    for above in (folder, *folder.parents):
        place = above / ".git"
        if place.is_dir():
            return _at(place)
        if place.is_file():  # a work tree, or a submodule
            return _at((above / _text(place).removeprefix("gitdir:").strip()).resolve())
    return ""


def _at(git: Path) -> str:
    head = _text(git / "HEAD")
    name = head.removeprefix("ref:").strip() if head.startswith("ref:") else ""
    found = _ref(git, name) if name else head
    return found[:_SHOWN] if _HASH.fullmatch(found) else ""


def _ref(git: Path, name: str) -> str:
    common = _text(git / "commondir")
    for place in (git, (git / common).resolve() if common else git):
        loose = _text(place / name)
        if loose:
            return loose
        for line in _text(place / "packed-refs").splitlines():
            commit, _, packed = line.partition(" ")
            if packed == name:
                return commit
    return ""


def _text(file: Path) -> str:
    try:
        return "" if file.stat().st_size > _MOST else file.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""
