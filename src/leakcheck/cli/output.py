"""Files are written here, whole or not at all; formats return strings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from leakcheck.errors import UsageError


def write_report(text: str, target: str) -> None:
    """Write `text` to the file `target`, or to standard output for "-"."""
    if target == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UsageError(
            f"cannot write {target}: {error.strerror}", hint="Name a file that can be written."
        ) from error
