"""What may end a root cause, the best first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from leakcheck.fixes.candidates import CandidateKind, discover
from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Conflict, Edits, merged
from leakcheck.fixes.rewriting import rewritten
from leakcheck.fixes.setups import setups
from leakcheck.fixes.source import Source as Text
from leakcheck.records import Source

BRITTLE = "tests that need what it sets make it themselves"
MOVED = "what it sets is set by a fixture, which undoes it"
MANY_FILES = 3
"""From so many files on that write the same, one fixture is the better fix."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to end a cause: in which words, and by which edits."""

    cause: str
    name: str
    edits: Edits


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
            yield found


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
    by_lines = _by_lines(cause, project, kinds, covered)
    wholes = [Proposal(cause.id, each.name, edits) for each in kinds for edits in each.of_cause(cause, project)]
    if by_lines is not None and len(by_lines.edits) < MANY_FILES:
        yield by_lines
    yield from wholes
    if by_lines is not None and len(by_lines.edits) >= MANY_FILES:
        yield by_lines


def _by_lines(
    cause: Cause, project: Project, kinds: Sequence[CandidateKind], covered: Collection[Source]
) -> Proposal | None:
    """Every line that wrote by the best way that there is for it."""
    several: list[Edits] = []
    names: dict[str, None] = {}
    for source in (each for each in cause.written if each not in covered):
        found = ((each, each.at_line(cause, source, project)) for each in kinds)
        kind, edits = next(((kind, edits) for kind, edits in found if edits), (None, None))
        if kind is None or edits is None:
            return None
        several.append(edits)
        names[kind.name] = None
    return Proposal(cause.id, "; ".join(names) or MOVED, merged(several)) if several or covered else None


def changed(project: Project, wanted: Sequence[Proposal]) -> Mapping[str, str]:
    """The text of every file that these change, all edits made; `Conflict` if they contradict one another."""
    found: dict[str, str] = {}
    for file, edits in merged(each.edits for each in wanted).items():
        source = project.source(file) or Text(file, "")
        text = rewritten(source, edits, project.own)
        if text != source.text:
            found[file] = text
    return found
