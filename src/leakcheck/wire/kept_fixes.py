"""Fixes that were proven, as text in a file beside the audit: its reports show them without proving them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from leakcheck.errors import Unreadable
from leakcheck.records import Leak, ProvenFix, Replaced


@dataclass(frozen=True, slots=True)
class KeptFix:
    """A proven fix, and the names of the leaks that it ends: their ids are numbers that a judgement gives."""

    ends: tuple[str, ...]
    fix: ProvenFix


def lasting_name(leak: Leak) -> str:
    """A name that the same leak has in every result of its audit: of its place and of the lines that wrote."""
    where = [leak.location.kind, leak.location.owner, leak.location.key, leak.path]
    wrote = [[source.file, source.line, source.phase] for source in leak.sources]
    return hashlib.blake2b(json.dumps([where, wrote]).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def encode_fixes(kept: Iterable[KeptFix]) -> str:
    return json.dumps([{"ends": each.ends, **asdict(each.fix)} for each in kept], indent=1) + "\n"


def decode_fixes(text: str) -> tuple[KeptFix, ...]:
    """The fixes in `text`; `Unreadable` if there is anything else."""
    try:
        return tuple(_kept(row) for row in json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(f"not fixes that were kept: {error}") from error


def _kept(row: Any) -> KeptFix:
    parts = tuple(
        Replaced(_text(part["file"]), int(part["line"]), int(part["removed"]), _texts(part["lines"]))
        for part in row["parts"]
    )
    fix = ProvenFix((), _text(row["how"]), _texts(row["proof"]), _text(row["cost"]), _text(row["diff"]), parts)
    return KeptFix(_texts(row["ends"]), fix)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("a list of texts is expected")
    return tuple(map(_text, value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value
