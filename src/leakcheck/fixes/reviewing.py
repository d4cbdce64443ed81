"""What a reviewer would hold against a change, however well it is proven."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakcheck.fixes.causes import Cause
from leakcheck.fixes.edits import Before, Define, Edit, Edits, Finish, Swap

REACHES_IN = "it reaches into what an installed package keeps to itself: undo it by what that package offers"
_PRIVATE = re.compile(r"\bvars\(|\._(?!_)\w")


def against(cause: Cause, edits: Edits) -> str:
    """The objection; "" if there is none. What is private to the project, its own tests may know."""
    if not any(leak.internal for leak in cause.leaks):
        return ""
    return REACHES_IN if any(_PRIVATE.search(text) for text in _added(edits)) else ""


def _added(edits: Edits) -> Iterator[str]:
    for edit in (edit for several in edits.values() for edit in several):
        yield from _lines(edit)


def _lines(edit: Edit) -> tuple[str, ...]:
    if isinstance(edit, Before | Finish | Swap):
        return edit.lines
    return (edit.text,) if isinstance(edit, Define) else ()
