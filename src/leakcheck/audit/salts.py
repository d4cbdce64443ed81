"""The salt of an audit's digests, kept for as long as the audit can be resumed.

Not in the audit's folder: with the salt, digests of short secrets could be guessed, and folders are passed on.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def keep_salt(audit: str, salt: str) -> None:
    """Keep `salt` under the name of its audit where only this user can read it, if there is such a place."""
    place = _place(audit)
    if place is not None:
        with contextlib.suppress(OSError):
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(salt)


def kept_salt(audit: str) -> str | None:
    """The salt of an audit that was begun before, None if it is gone."""
    place = _place(audit)
    try:
        return place.read_text(encoding="ascii") if place is not None else None
    except OSError:
        return None


def forget_salt(audit: str) -> None:
    place = _place(audit)
    if place is not None:
        with contextlib.suppress(OSError):
            place.unlink()


def private_folder() -> Path | None:
    """A folder of this user's own in the temporary folder; None where there cannot be one."""
    if not hasattr(os, "getuid"):
        return None
    try:
        folder = Path(tempfile.gettempdir(), f"leakcheck-{os.getuid()}")
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if own else None


def _place(audit: str) -> Path | None:
    folder = private_folder()
    return folder / f"{audit}.salt" if folder is not None else None
