"""Rows of a table, each by its primary key: which are new, gone or otherwise. Of their values nothing is told but
digests; keys are told as the values of other kinds are, without secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from leakcheck.records import NO_VALUE, PathChange

MAX_ROWS = 2_000
"""In a table of more, none is looked for."""
_TOLD, _COLUMNS, _DIGEST = 5, 3, 6
Show = Callable[[str, object], str]
"""(name of a column, value) -> a text without secrets."""
Hasher = Callable[[], "hashlib.blake2b"]


class Rows(NamedTuple):
    """`columns` are all others; by values of the `key`: the values of these."""

    key: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    by_key: Mapping[tuple[Any, ...], tuple[Any, ...]] = {}  # nobody changes it

    @classmethod
    def of(cls, names: tuple[str, ...], key: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Rows:
        """Of rows with these columns; none where there is no key or too many are there."""
        if not key or len(rows) > MAX_ROWS or any(len(row) != len(names) for row in rows):
            return cls()
        at = [names.index(each) for each in key]
        others = [number for number in range(len(names)) if number not in at]
        by_key = {tuple(row[each] for each in at): tuple(row[each] for each in others) for row in rows}
        return cls(key, tuple(names[each] for each in others), by_key)


def rows_otherwise(before: Rows, after: Rows, hasher: Hasher, show: Show) -> Iterator[PathChange]:
    """Nothing where rows have no keys, or other columns than before. Of many, that there are more."""
    known = before.key and after.key
    if known and (before.key, before.columns) != (after.key, after.columns):
        return
    key, columns = (before if before.key else after)[:2]
    old, new = before.by_key, after.by_key
    names = [each for each in {**old, **new} if old.get(each) != new.get(each)]
    if len(names) > _TOLD:
        yield PathChange("", f"rows: {len(old)}", f"rows: {len(new)}")
    for each in islice(names, _TOLD):
        place = ", ".join(f"{name}={show(name, value)}" for name, value in zip(key, each, strict=True))
        texts = _texts(columns, old.get(each), new.get(each), hasher)
        yield PathChange(f"[{place}]", *texts)


def _texts(
    columns: tuple[str, ...], old: tuple[Any, ...] | None, new: tuple[Any, ...] | None, hasher: Hasher
) -> tuple[str, str]:
    if old is None or new is None:
        return tuple(NO_VALUE if row is None else f"row {_digest(row, hasher)}" for row in (old, new))  # type: ignore[return-value]
    changed = [number for number, values in enumerate(zip(old, new, strict=True)) if values[0] != values[1]]
    more = f" + {len(changed) - _COLUMNS} more" if len(changed) > _COLUMNS else ""
    told = [
        ", ".join(f"{columns[number]} {_digest(row[number], hasher)}" for number in changed[:_COLUMNS])
        for row in (old, new)
    ]
    return told[0] + more, told[1] + more


def _digest(value: object, hasher: Hasher) -> str:
    content = hasher()
    content.update(repr(value).encode())
    return f"#{content.hexdigest()[:_DIGEST]}"
