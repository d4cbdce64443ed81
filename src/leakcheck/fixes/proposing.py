"""What may end a root cause, the best first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from leakcheck.fixes.candidates import CandidateKind, discover
from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Conflict, Edits, merged
from leakcheck.fixes.reviewing import against
from leakcheck.fixes.rewriting import rewritten
from leakcheck.fixes.setups import setups
from leakcheck.fixes.source import Source as Text
from leakcheck.records import Source

BRITTLE = "tests that need what it sets make it themselves"
MOVED = "what it sets is set by a fixture, which undoes it"
MANY_FILES = 3
"""From so many files on that write the same, one fixture is the better fix."""
_LAST = 1_000
"""A rank behind all others."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to end a cause: in which words, and by which edits. `against` is what a reviewer would hold against
    it, however well it is proven."""

    cause: str
    name: str
    edits: Edits
    against: str = ""


def proposals(cause: Cause, project: Project) -> Iterator[Proposal]:
    """Every way that there is, the best first; each makes another text."""
    kinds, seen = discover(), set[tuple[tuple[str, str], ...]]()
    for found in _ranked(cause, project, kinds):
        try:
            texts = tuple(sorted(changed(project, [found]).items()))
        except (Conflict, cst.ParserSyntaxError, cst.CSTValidationError):
            continue
        if texts and texts not in seen:
            seen.add(texts)
            yield replace(found, against=against(cause, found.edits))


def _ranked(cause: Cause, project: Project, kinds: Sequence[CandidateKind]) -> Iterator[Proposal]:
    """Where tests pass only behind the leak, those ways first that let them make what they need."""
    if cause.brittle:
        for setup in setups(cause, project):
            for each in _ways(cause, project, kinds, setup.covers):
                yield Proposal(cause.id, f"{each.name}; {BRITTLE}", merged([each.edits, setup.edits]))
    yield from _ways(cause, project, kinds)


def _ways(
    cause: Cause, project: Project, kinds: Sequence[CandidateKind], covered: Collection[Source] = ()
) -> Iterator[Proposal]:
    found = [
        (each.rank, Proposal(cause.id, each.name, edits))
        for each in kinds
        for edits in each.of_cause(cause, project)
    ]
    by_lines = _by_lines(cause, project, kinds, covered)
    if by_lines is not None:
        rank, proposal = by_lines
        found.append((_LAST if len(proposal.edits) >= MANY_FILES else rank, proposal))
    for _, each in sorted(found, key=lambda ranked: ranked[0]):
        yield each


def _by_lines(
    cause: Cause, project: Project, kinds: Sequence[CandidateKind], covered: Collection[Source]
) -> tuple[int, Proposal] | None:
    """Every line that wrote by the best way that there is for it, and the rank of the least of these."""
    several: list[Edits] = []
    used: dict[str, int] = {}
    for source in (each for each in cause.written if each not in covered):
        found = ((each, each.at_line(cause, source, project)) for each in kinds)
        kind, edits = next(((kind, edits) for kind, edits in found if edits), (None, None))
        if kind is None or edits is None:
            return None
        several.append(edits)
        used[kind.name] = kind.rank
    if not several and not covered:
        return None
    return max(used.values(), default=0), Proposal(cause.id, "; ".join(used) or MOVED, merged(several))


def changed(project: Project, wanted: Sequence[Proposal]) -> Mapping[str, str]:
    """The text of every file that these change, all edits made; `Conflict` if they contradict one another."""
    found: dict[str, str] = {}
    for file, edits in merged(each.edits for each in wanted).items():
        source = project.source(file) or Text(file, "")
        text = rewritten(source, edits, project.own)
        if text != source.text:
            found[file] = text
    return found
