"""The baseline: what is known already, one line each, sorted, with the comments that people wrote beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from leakcheck.analysis.gate.baseline_entries import ROLES, Line
from leakcheck.analysis.gate.quoting import joined, split
from leakcheck.nouns import agreeing, plural

_FIELDS = ("code", "kind", "owner", "key", "role", "who")
_CODE = re.compile(r"LK\d{3}")
_SUITE = "# suite:"
_HEADER = (
    "# What leakcheck knows of this suite: findings that do not fail the gate. Comments are kept.",
    "# code, kind, owner, key, role, who it is; written by `leakcheck baseline write`.",
)
_WORSE = {"LK201": ("LK101",), "LK301": ("LK101", "LK201")}
"""A leak that has become less harmful is still covered by its old line."""


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line with the comment lines above it and the comment behind it."""

    line: Line
    above: tuple[str, ...] = ()
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline file. `suite` is the selection of tests that it was written for, None if it does not tell."""

    known: tuple[KnownLine, ...] = ()
    suite: str | None = None
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    lines: frozenset[Line] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", frozenset(each.line for each in self.known))

    def covering(self, line: Line) -> frozenset[Line]:
        """The lines by which `line` is known: itself, or the same leak when it was worse."""
        same = (Line(code, *line.texts[1:]) for code in (line.code, *_WORSE.get(line.code, ())))
        return self.lines.intersection(same)

    def gone(self, found: Iterable[Line]) -> tuple[Line, ...]:
        """The lines that cover nothing of what was `found`."""
        needed = {known for line in found for known in self.covering(line)}
        return tuple(sorted(self.lines - needed))


class Broken(Exception):
    """Lines that cannot be read: (number, what is wrong)."""

    def __init__(self, lines: Sequence[tuple[int, str]]) -> None:
        super().__init__(f"{len(lines)} broken lines")
        self.lines = tuple(lines)


def parse(text: str) -> Baseline:
    """The baseline in `text`; `Broken` tells all lines that are none."""
    known: list[KnownLine] = []
    comments: list[str] = []
    broken: list[tuple[int, str]] = []
    suite: str | None = None
    head: tuple[str, ...] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith(_SUITE):
            suite = line.removeprefix(_SUITE).strip()
        elif not line:
            if head is None and not known:
                head, comments = tuple(comments), []
            elif comments[-1] if comments else known:
                comments.append("")
        elif line.startswith("#"):
            if line not in _HEADER:
                comments.append(line)
        else:
            try:
                known.append(_known(line, comments))
            except ValueError as error:
                broken.append((number, str(error)))
            comments = []
    if broken:
        raise Broken(broken)
    return Baseline(tuple(known), suite, head or (), tuple(comments))


def _known(line: str, comments: Iterable[str]) -> KnownLine:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise ValueError("a merge conflict that nobody has settled; keep the lines of both sides")
    texts, behind = split(line)
    if len(texts) != len(_FIELDS):
        there = f"{agreeing(len(texts), 'is', 'are')} {len(texts):,}"
        raise ValueError(f"{plural(len(_FIELDS), 'field')} are expected ({', '.join(_FIELDS)}), there {there}")
    if not _CODE.fullmatch(texts[0]):
        raise ValueError(f"{texts[0]} is no code like LK101")
    if texts[4] not in ROLES:
        raise ValueError(f"{texts[4]} is none of the roles {', '.join(ROLES)}")
    return KnownLine(Line(*texts), tuple(comments), behind)


def render(baseline: Baseline) -> str:
    """The text of the file: the same lines give the same text, whoever wrote them in which order."""
    head = (*_HEADER, *([f"{_SUITE} {baseline.suite}".rstrip()] if baseline.suite is not None else []))
    body: list[str] = []
    for each in sorted(baseline.known, key=lambda known: known.line):
        body += [*each.above, f"{joined(each.line.texts)}  {each.behind}".rstrip()]
    return "\n".join([*head, *baseline.above, "", *body, *baseline.below]).rstrip("\n") + "\n"


def extended(baseline: Baseline, lines: Iterable[Line], suite: str) -> Baseline:
    """The baseline with `lines` in it too, written for `suite`. Nothing is taken away."""
    new = sorted(line for line in set(lines) if not baseline.covering(line))
    return Baseline((*baseline.known, *map(KnownLine, new)), suite, baseline.above, baseline.below)


def without(baseline: Baseline, gone: Collection[Line]) -> Baseline:
    """The baseline without these lines. Comments above one of them stay, above what follows."""
    kept: list[KnownLine] = []
    waiting: tuple[str, ...] = ()
    for each in sorted(baseline.known, key=lambda known: known.line):
        above = (*waiting, *each.above)
        if each.line in gone:
            waiting = above
        else:
            kept.append(KnownLine(each.line, above, each.behind))
            waiting = ()
    return Baseline(tuple(kept), baseline.suite, baseline.above, (*waiting, *baseline.below))
