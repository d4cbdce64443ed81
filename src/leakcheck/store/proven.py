"""The locations that an audit has proven to matter, in a file of their own: a guard reads it when a run begins, and
to read the whole audit would take too long."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from leakcheck.records import Leak, Location

NAME = "proven.json"


def keep_proven(audit: Path, leaks: Iterable[Leak]) -> None:
    """Keep where these leaks are, as far as they break a test and can be put back."""
    found = sorted({each.location for each in leaks if each.impact == "broken" and each.kind.restorable})
    rows = [[each.kind, each.owner, each.key] for each in found]
    with suppress(OSError):  # the audit is none the worse for it
        descriptor = os.open(
            audit / NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            json.dump(rows, stream)


def last_proven(base: Path) -> tuple[Location, ...]:
    """What the newest audit in the folder `base` that tells of it has proven; nothing where that cannot be read."""
    newest = max(base.glob(f"*/{NAME}"), key=lambda file: file.parent.name, default=None)
    try:
        rows = [] if newest is None else json.loads(newest.read_text(encoding="ascii"))
        return tuple(Location(*(_text(each) for each in row)) for row in rows)
    except (OSError, ValueError, TypeError):
        return ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
