"""Fixes that were proven for an audit, kept in its folder for its reports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from leakcheck.errors import Unreadable
from leakcheck.records import ProvenFix
from leakcheck.store.appending import NO_LINK
from leakcheck.wire.kept_fixes import KeptFix, decode_fixes, encode_fixes

FOLDER = "fixes"
_NAME = "proven.json"
MAX_BYTES = 20_000_000
Looked = Mapping[tuple[str, ...], ProvenFix | None]
"""What came of looking for a fix, by the lasting names of the leaks that it shall end: None if none is proven."""


def keep_fixes(audit: Path, looked: Looked) -> None:
    """Keep those that are proven, in place of what was kept for the same leaks."""
    wanted = {each for names in looked for each in names}
    others = [each for each in kept_fixes(audit) if wanted.isdisjoint(each.ends)]
    found = [KeptFix(names, fix) for names, fix in looked.items() if fix is not None]
    text = encode_fixes(sorted([*others, *found], key=lambda each: each.ends))
    folder = audit / FOLDER
    unfinished = folder / f"{_NAME}.{os.getpid()}"
    with suppress(OSError):  # the fixes are none the worse for it
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(text)
        unfinished.replace(folder / _NAME)


def kept_fixes(audit: Path) -> tuple[KeptFix, ...]:
    """What is kept; nothing if that cannot be read."""
    path = audit / FOLDER / _NAME
    try:
        return decode_fixes(path.read_text("ascii")) if path.stat().st_size <= MAX_BYTES else ()
    except (OSError, ValueError, Unreadable):
        return ()
