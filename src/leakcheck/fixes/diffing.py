"""The difference of two texts as `git apply` takes it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

AROUND = 3
_NO_END = "\\ No newline at end of file\n"


def diff_of(before: Mapping[str, str | None], after: Mapping[str, str], prefix: str = "") -> str:
    """The patch that makes the texts `after` of those `before` (None: there is no such file), in the order of the
    files. `prefix` is the way from the top of the repository to the project."""
    return "".join(
        part for file in sorted(after) for part in _diff(f"{prefix}{file}", before.get(file), after[file])
    )


def _diff(file: str, before: str | None, after: str) -> Iterator[str]:
    if before == after:
        return
    yield f"diff --git a/{file} b/{file}\n"
    yield "new file mode 100644\n" if before is None else ""
    old, new = _lines(before or ""), _lines(after)
    if old != new:
        yield f"--- {'/dev/null' if before is None else f'a/{file}'}\n+++ b/{file}\n"
    # Not `difflib.unified_diff`: lines that stand often in a long file are no anchors to it.
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        yield from _hunk(group, old, new)


def _hunk(group: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    first, last = group[0], group[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for tag, begin, end, new_begin, new_end in group:
        if tag == "equal":
            yield from (f" {line}" for line in old[begin:end])
        else:
            yield from (f"-{line}" for line in old[begin:end])
            yield from (f"+{line}" for line in new[new_begin:new_end])


def _range(begin: int, end: int) -> str:
    """Lines as a patch names them: the first, from 1 on, and how many, unless that is one."""
    number = end - begin
    return f"{begin + 1}" if number == 1 else f"{begin + (number > 0)},{number}"


def _lines(text: str) -> list[str]:
    """Lines as a patch counts them: a form feed ends none, and the last may have no end."""
    parts = text.split("\n")
    return [*(f"{part}\n" for part in parts[:-1]), *([f"{parts[-1]}\n{_NO_END}"] if parts[-1] else [])]
