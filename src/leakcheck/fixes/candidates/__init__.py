"""Ways to end a root cause by a change of source. One way is one new module here, found by its package.

Every module holds a class `Candidate`. Those that are about one line (`at_line`) are put together, one for each
line that wrote; those that are about the whole cause stand by themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol

from leakcheck.discovery import instances
from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Edits
from leakcheck.records import Source


class CandidateKind(Protocol):
    """The contract: what is proposed depends on the cause and the sources alone. `rank`: lower is tried first."""

    name: str
    rank: int

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        """What ends it at this line, which is one of those that wrote; None if this is no way to do that."""

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        """What ends all of it, the best first."""


def discover() -> tuple[CandidateKind, ...]:
    """Every way that there is, by rank."""
    found: list[CandidateKind] = instances(sys.modules[__name__], "Candidate")
    return tuple(sorted(found, key=lambda each: each.rank))
