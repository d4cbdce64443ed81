"""The cards of the page: a root cause each, with all that it takes to understand and to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from leakcheck.records import Excerpt, Finding, Leak, PathChange, ProvenFix, Result, Source
from leakcheck.reports.wording.certified import unexplained
from leakcheck.reports.wording.proven_fixes import UNTOLD, fixes_by_leak, patch_lines, proven_cost, proven_how
from leakcheck.reports.wording.root_causes import Harm, Proof, RootCause, grouped, root_causes
from leakcheck.reports.wording.sentences import WORDINGS, headline, proof, proof_steps
from leakcheck.reports.wording.words import clip, place, place_at, plural, writer

MAX_SOURCES = 3
MAX_PARTS = 12
MAX_WITNESSES = 8
MAX_NAMES = 60

_SORTS = {"+": "added", "-": "removed", "@": "head"}
_SIGNS: Mapping[Proof, str] = {"proven": "proven", "suspected": "latent"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `marked` if it wrote."""

    number: int
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Writing:
    """Who wrote, and the lines around it; none where the file could not be read."""

    writer: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One test of a witness; `role` tells what it is in it."""

    test: str
    role: str


@dataclass(frozen=True, slots=True)
class Proven:
    """A test that is hurt, the shortest order that shows it, and the command that runs it."""

    test: str
    witness: tuple[Step, ...]
    command: str


@dataclass(frozen=True, slots=True)
class HarmShown:
    """A harm in words. `sign` is the icon of its proof. `named` are tests beyond those with their witness."""

    headline: str
    proof: str
    sign: str
    noun: str
    polluters: tuple[tuple[str, ...], ...]
    hurt: tuple[Proven, ...]
    named: tuple[str, ...]
    left_out: int
    steps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """Advice for some findings, and what it looks like as code."""

    codes: tuple[str, ...]
    text: str
    example: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the same line changes elsewhere."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A fix that was proven: what it does and how that was proven, what it costs, and its patch as lines, each with
    what becomes of it: "added", "removed", "head" or "kept"; instead of the lines, why they are not told."""

    text: str
    cost: str
    lines: tuple[tuple[str, str], ...]
    untold: str


@dataclass(frozen=True, slots=True)
class Card:
    """A root cause. `leak` is None where no recorded leak explains the harm."""

    id: str
    leak: Leak | None
    impact: str
    place: str
    story: str
    parts: tuple[PathChange, ...]
    more_parts: int
    also: tuple[Beside, ...]
    more_also: int
    writings: tuple[Writing, ...]
    more_writings: int
    harms: tuple[HarmShown, ...]
    cleaners: tuple[str, ...]
    polluters: tuple[str, ...]
    readers: tuple[str, ...]
    fixes: tuple[Fix, ...]
    patch: Patch | None = None


def cards(result: Result) -> tuple[Card, ...]:
    """A card for each leak, the harmful first, and one for the harm that no leak explains."""
    causes = {cause.leak.id if cause.leak else "": cause for cause in root_causes(result)}
    fixes, proven = _fixes_by_leak(result.findings), fixes_by_leak(result)
    excerpts = grouped(result.excerpts, lambda each: each.file)
    found = [
        replace(_card(leak, causes.get(leak.id), fixes, excerpts), patch=_patch(proven.get(leak.id)))
        for leak in result.leaks
    ]
    unseen = [_unseen(causes[""], result)] if "" in causes else []
    return (*found, *unseen)


def _card(
    leak: Leak,
    cause: RootCause | None,
    fixes: Mapping[str | None, list[Finding]],
    excerpts: Mapping[str, Sequence[Excerpt]],
) -> Card:
    harms = cause.harms if cause else ()
    parts = leak.paths or (PathChange(leak.path or "", leak.before, leak.after),)
    return Card(
        id=leak.id,
        leak=leak,
        impact=leak.impact,
        place=place(leak),
        story=_story(leak, harms),
        parts=parts[:MAX_PARTS],
        more_parts=max(0, len(parts) - MAX_PARTS),
        also=tuple(
            Beside(place_at(each.location, each.kind), each.before, each.after) for each in leak.also[:MAX_PARTS]
        ),
        more_also=max(0, len(leak.also) - MAX_PARTS),
        writings=tuple(_writing(source, excerpts) for source in leak.sources[:MAX_SOURCES]),
        more_writings=max(0, len(leak.sources) - MAX_SOURCES),
        harms=tuple(map(_harm, harms)),
        cleaners=cause.cleaners if cause else (),
        polluters=leak.polluters,
        readers=leak.readers if leak.impact == "read" else (),
        fixes=_fixes(fixes.get(leak.id, ())),
    )


def _unseen(cause: RootCause, result: Result) -> Card:
    tests = set(cause.tests)
    mine = [each for each in result.findings if each.leak is None and tests & set(each.tests)]
    harms = tuple(map(_harm, cause.harms))
    story = unexplained(result.certificate)
    return Card(
        "unseen", None, "broken", "", story, (), 0, (), 0, (), 0, harms, cause.cleaners, (), (), _fixes(mine)
    )


def _story(leak: Leak, harms: Sequence[Harm]) -> str:
    """Who leaves what, and what comes of it, in one sentence."""
    what = place(leak)
    if harms:
        effect = "; ".join(map(headline, harms))
    elif leak.impact == "read":
        readers = plural(len(leak.readers), "test reads it", "tests read it")
        effect = f"{readers}, and no outcome changes so far"
    else:
        effect = "no test reads it so far" if leak.impact == "latent" else "it changes the outcome of other tests"
    return f"{_culprit(leak)} {what} changed: {effect}."


def _culprit(leak: Leak) -> str:
    fixtures = {source.fixture for source in leak.sources if source.fixture}
    if any(source.phase == "import" for source in leak.sources):
        return f"The import of {clip(leak.polluters[0])} leaves"
    if len(fixtures) == 1 and all(source.fixture for source in leak.sources):
        return f"Fixture {clip(fixtures.pop())} leaves"
    names = [test.rpartition("::")[2] for test in leak.polluters]
    return f"{clip(names[0])} leaves" if len(names) == 1 else plural(len(names), "test leaves", "tests leave")


def _writing(source: Source, excerpts: Mapping[str, Sequence[Excerpt]]) -> Writing:
    shows = (each for each in excerpts.get(source.file, ()) if each.shows(source.file, source.line))
    middle = min(shows, key=lambda each: abs(each.first + len(each.lines) // 2 - source.line), default=None)
    if middle is None:
        return Writing(writer(source))
    texts = dedent("\n".join(line.expandtabs(4) for line in middle.lines)).split("\n")
    numbered = enumerate(texts, start=middle.first)
    lines = [Line(number, text, number == source.line) for number, text in numbered]
    while lines and not (lines[-1].text or lines[-1].marked):
        lines.pop()
    return Writing(writer(source), tuple(lines))


def _harm(harm: Harm) -> HarmShown:
    rest = harm.hurt[MAX_WITNESSES:]
    return HarmShown(
        headline=headline(harm),
        proof=proof(harm),
        sign=_SIGNS.get(harm.proof, "confirmed"),
        noun=WORDINGS[harm.how].polluter,
        polluters=harm.polluters,
        hurt=tuple(
            Proven(each.test, tuple(_steps(harm, each.witness, each.test)), each.reproduce)
            for each in harm.hurt[:MAX_WITNESSES]
        ),
        named=tuple(each.test for each in rest[:MAX_NAMES]),
        left_out=max(0, len(rest) - MAX_NAMES),
        steps=proof_steps(harm),
    )


def _steps(harm: Harm, witness: Sequence[str], hurt: str) -> Iterator[Step]:
    ends = {"after": "fails", "import": "fails", "again": "fails", "needs": "passes"}
    for number, test in enumerate(witness, start=1):
        last = number == len(witness) and test == hurt
        first = "passes" if harm.how == "again" else WORDINGS[harm.how].polluter
        yield Step(test, ends[harm.how] if last else first)


def _fixes_by_leak(findings: Iterable[Finding]) -> Mapping[str | None, list[Finding]]:
    return grouped(findings, lambda finding: finding.leak)


def _fixes(findings: Iterable[Finding]) -> tuple[Fix, ...]:
    """Every advice once."""
    by_text = grouped((each for each in findings if each.fix), lambda finding: (finding.fix, finding.example))
    return tuple(
        Fix(tuple(dict.fromkeys(each.code for each in alike)), text, tuple(example.splitlines()))
        for (text, example), alike in by_text.items()
    )


def _patch(fix: ProvenFix | None) -> Patch | None:
    if fix is None:
        return None
    return Patch(proven_how(fix), proven_cost(fix), tuple(_sorted(patch_lines(fix))), "" if fix.diff else UNTOLD)


def _sorted(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The lines that people read, each with its sort. What stands above the first change of a file names it."""
    in_head = False
    for line in lines:
        in_head = (in_head or line.startswith("diff --git ")) and not line.startswith("@@ ")
        if not in_head:
            yield _SORTS.get(line[:1], "kept"), line
        elif line.startswith("+++ "):
            yield "file", line.removeprefix("+++ b/")
