"""What a person should do something about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leakcheck.records.locations import Location

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person should do something about. `tests` are the tests that it is about, victims first.

    `example` is the fix as code, "" where there is none. `ignored` is the reason why it does not count, "" if it
    does; `known`: the baseline has it; `new` are its lines that the baseline lacks, if there is one. `fixture` is
    what it is about where that is neither a leak nor a test: a fixture, or a file whose import it is. `why` tells
    of a hazard what is wrong about it, in a sentence, and `place` the state that it is about, if there is one.
    """

    code: str
    severity: Severity
    title: str
    file: str
    line: int
    tests: tuple[str, ...]
    leak: str | None
    fix: str
    example: str = ""
    ignored: str = ""
    known: bool = False
    new: tuple[str, ...] = ()
    fixture: str = ""
    why: str = ""
    place: Location | None = None
