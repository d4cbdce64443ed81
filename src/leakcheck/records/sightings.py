"""Lines of the project, and what observers of hazards have seen: facts, of which analysis makes what is told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """Who wrote: the innermost line in the project's own files, and what pytest was doing then."""

    file: str
    line: int
    function: str
    phase: str
    fixture: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Sighting:
    """One observation for the hazard `code`. `what` is a word of its observer, `owner` and `key` name what it is
    about, `source` is the line to look at, `names` and `where` are further names and places, as the hazard has
    them."""

    code: str
    what: str
    owner: str = ""
    key: str = ""
    source: Source | None = None
    names: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
