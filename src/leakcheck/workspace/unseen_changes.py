"""Files that changed during an audit although no test was found to change them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from leakcheck.errors import CannotRecord, UsageError
from leakcheck.store import audits
from leakcheck.text import some
from leakcheck.workspace.doubts import told_of_killed
from leakcheck.workspace.salts import kept_salt


def of_killed(base: Path) -> Iterator[str]:
    """What audits below `base` that were killed had taken out of its place, in sentences. Only of those that this
    user has made here: in the folder of a stranger's, nothing is read and nothing moves."""
    for folder in audits(base):
        if folder.doubts.is_dir() and folder.is_private() and kept_salt(folder.path) is not None:
            try:
                lock = folder.lock()
            except (UsageError, CannotRecord):
                continue  # it is still running
            try:
                yield from told_of_killed(folder)
            finally:
                os.close(lock)


def unseen_note(names: Sequence[str], root: str) -> str:
    """A sentence about the paths `names`; "" if there are none."""
    if not names:
        return ""
    shown = some([name.removeprefix(f"{root}/") for name in names])
    return f"changed by other programs, or while the suite was imported, and left as it is: {shown}"
