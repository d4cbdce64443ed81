"""What the last audit has proven to matter: guarded wherever it is."""

from __future__ import annotations

from pathlib import Path

from leakcheck.errors import Unreadable
from leakcheck.records import Location
from leakcheck.wire.proven import NAME, decode_proven


def last_proven(base: Path) -> tuple[Location, ...]:
    """From the newest audit in the folder `base` that tells of it; nothing where that cannot be read."""
    newest = max(base.glob(f"*/{NAME}"), key=lambda file: file.parent.name, default=None)
    if newest is None:
        return ()
    try:
        return decode_proven(newest.read_text(encoding="ascii"))
    except (OSError, ValueError, Unreadable):
        return ()
