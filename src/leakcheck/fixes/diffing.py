"""The difference of two texts as `git apply` takes it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

_NO_END = "\\ No newline at end of file\n"


def diff_of(before: Mapping[str, str | None], after: Mapping[str, str], prefix: str = "") -> str:
    """The patch that makes the texts `after` of those `before` (None: there is no such file), in the order of the
    files. `prefix` is the way from the top of the repository to the project."""
    return "".join(
        part for file in sorted(after) for part in _diff(f"{prefix}{file}", before.get(file), after[file])
    )


def _diff(file: str, before: str | None, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(
        _lines(before or ""), _lines(after), f"a/{file}" if before is not None else "/dev/null", f"b/{file}"
    )
    if before != after:
        yield f"diff --git a/{file} b/{file}\n"
        yield "new file mode 100644\n" if before is None else ""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _lines(text: str) -> list[str]:
    """Lines as a patch counts them: a form feed ends none."""
    parts = text.split("\n")
    return [*(f"{part}\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
