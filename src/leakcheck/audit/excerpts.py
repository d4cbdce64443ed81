"""The lines that wrote, out of the project's own files, as these are when the result is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from leakcheck.records import Excerpt, Source

AROUND = 4
"""Lines shown before and behind the one that wrote."""
MAX_BYTES = 2_000_000
MAX_COLUMNS = 400


def excerpts_of(rootdir: str, sources: Iterable[Source], ended: datetime | None) -> tuple[Excerpt, ...]:
    """One excerpt for each line that wrote. What is no Python file below `rootdir` is left out."""
    root = Path(rootdir).resolve()
    wanted: dict[str, set[int]] = {}
    for source in sources:
        if source.line:
            wanted.setdefault(source.file, set()).add(source.line)
    return tuple(
        excerpt for file in sorted(wanted) for excerpt in _excerpts(root, file, sorted(wanted[file]), ended)
    )


def _excerpts(root: Path, file: str, lines: Iterable[int], ended: datetime | None) -> Iterable[Excerpt]:
    try:
        path = (root / file).resolve()
        status = path.stat()
        if path.suffix != ".py" or not path.is_relative_to(root) or status.st_size > MAX_BYTES:
            return
        text = path.read_text("utf-8", errors="replace").split("\n")
    except (OSError, ValueError):  # a name that no file can have is a ValueError
        return
    newer = ended is not None and status.st_mtime > ended.timestamp()
    for line in lines:
        first = max(1, line - AROUND)
        shown = tuple(each[:MAX_COLUMNS] for each in text[first - 1 : line + AROUND])
        if line <= len(text):
            yield Excerpt(file, first, shown, newer)
