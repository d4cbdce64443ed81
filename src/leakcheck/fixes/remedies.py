"""What came of looking for a fix: a change of source and how it was proven, a draft, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leakcheck.fixes.causes import Cause
from leakcheck.fixes.proposing import Proposal

Standing = Literal["proven", "draft", "none", "possible"]
"""Shown by execution; the best of those that were not, with what failed; none, and why; not tried yet."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A way that was tried, and what was wrong with it."""

    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """The fix of one cause. `texts` are the files that it changes, as they shall be; `proof` sentences of what was
    executed, `cost` what it costs those who take it; `faults` are what failed, or why there is none. `number` is
    that of the proposal, from 0 on."""

    cause: Cause
    standing: Standing
    proposal: Proposal | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    diff: str = ""
    proof: tuple[str, ...] = ()
    cost: str = ""
    faults: tuple[str, ...] = ()
    tried: tuple[Tried, ...] = ()
    number: int = 0

    @property
    def id(self) -> str:
        return self.cause.id


@dataclass(frozen=True, slots=True)
class Together:
    """The remedies of several causes, and all that are proven made at once; `faults` are what fails then."""

    remedies: tuple[Remedy, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    diff: str = ""
    faults: tuple[str, ...] = ()
