"""Patches of what was written to the user's sources, beside their audit: each can be taken back."""

from __future__ import annotations

import os
from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.store.kept_fixes import FOLDER


def keep_patch(audit: Path, diff: str) -> Path:
    """Keep the patch, where only this user can read it, under a number that none has yet."""
    folder = audit / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path = next(path for number in range(1, 10_000) if not os.path.lexists(path := folder / f"{number}.patch"))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(diff.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"cannot keep the patch in {folder}: {error.strerror}; nothing was written") from error
    return path
