"""A change of source that was proven to end leaks, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replaced:
    """In a `file` below the rootdir, so many lines are `removed` from `line` on, 1-based, and `lines` stand there:
    one at least, but in a file that is new or empty."""

    file: str
    line: int
    removed: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenFix:
    """What ends these `leaks`, by their ids: `how` in words, `proof` the sentences of what was executed, `cost` who
    runs something more from then on. `diff` is the patch from the top of the repository on, `parts` are the same
    changes; without either, something in it looks secret."""

    leaks: tuple[str, ...]
    how: str
    proof: tuple[str, ...]
    cost: str
    diff: str = ""
    parts: tuple[Replaced, ...] = ()
