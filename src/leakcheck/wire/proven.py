"""The locations that an audit has proven to matter, as text in a file of their own beside it: a guard reads it when
a run begins, and to read the whole audit would take too long."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leakcheck.errors import Unreadable
from leakcheck.records import Location

if TYPE_CHECKING:  # a guard reads it, and has no use for what is derived
    from leakcheck.records import Leak

NAME = "proven.json"


def encode_proven(leaks: Iterable[Leak]) -> str:
    """Where these leaks are, as far as they break a test and can be put back."""
    found = sorted({each.location for each in leaks if each.impact == "broken" and each.kind.restorable})
    return json.dumps([[each.kind, each.owner, each.key] for each in found])


def decode_proven(text: str) -> tuple[Location, ...]:
    """The locations in `text`; `Unreadable` if there is anything else."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not what was proven: {error}") from error
    if not isinstance(rows, list) or not all(map(_is_location, rows)):
        raise Unreadable("not what was proven: lists of three texts are expected")
    return tuple(Location(*row) for row in rows)


def _is_location(row: object) -> bool:
    return isinstance(row, list) and len(row) == 3 and all(isinstance(each, str) for each in row)
