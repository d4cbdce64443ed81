"""The difference of two texts as `git apply` takes it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from leakcheck.records import Replaced

AROUND = 3
_NO_END = "\\ No newline at end of file\n"


def diff_of(before: Mapping[str, str | None], after: Mapping[str, str], prefix: str = "") -> str:
    """The patch that makes the texts `after` of those `before` (None: there is no such file), in the order of the
    files. `prefix` is the way from the top of the repository to the project."""
    return "".join(
        part for file in sorted(after) for part in _diff(f"{prefix}{file}", before.get(file), after[file])
    )


def replaced(before: Mapping[str, str | None], after: Mapping[str, str]) -> Iterator[Replaced]:
    """The same as lines in place of lines, file by file: for those who show it where it happens."""
    for file in sorted(after):
        old, new = (before.get(file) or "").splitlines(), after[file].splitlines()
        for begin, end, new_begin, new_end in _spans(old, new):
            yield Replaced(file, begin + 1, end - begin, tuple(new[new_begin:new_end]))


def _spans(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """What differs. Where lines come in and none goes, one beside them is taken as well, as nobody can point at
    nothing."""
    found: list[tuple[int, int, int, int]] = []
    for tag, begin, end, new_begin, new_end in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            continue
        before, behind = (0, 0) if begin < end or not old else (1, 0) if begin else (0, 1)
        span = (begin - before, end + behind, new_begin - before, new_end + behind)
        if found and span[0] < found[-1][1]:  # both have taken the line between them
            span = (found[-1][0], span[1], found.pop()[2], span[3])
        found.append(span)
    return found


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
