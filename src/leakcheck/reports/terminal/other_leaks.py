"""The lower half of the terminal report: all leaks, what else is wrong, and what was covered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from leakcheck.records import Finding, Impact, Leak, Result, TestVerdict, Unexplained
from leakcheck.reports.terminal.harm import changes
from leakcheck.reports.terminal.page import (
    SHORT,
    TELLS_ALL,
    WHOLE,
    Limits,
    Piece,
    command,
    in_columns,
    prose,
    row,
    section,
)
from leakcheck.reports.wording.certified import certificate_sentences, covered_in_short
from leakcheck.reports.wording.root_causes import root_causes, without_polluter
from leakcheck.reports.wording.sentences import FAILING_FIXTURES, detail, failing_fixtures, people, troubled_tests
from leakcheck.reports.wording.words import clean, clip, more, outcomes_by_word, place, writers

_STYLES: Mapping[Impact, str] = {"broken": "bold red", "read": "bold yellow", "latent": "bold blue"}


def leaks(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """The leaks that no block above tells, those that are read first."""
    above = {cause.leak.id for cause in root_causes(result) if cause.leak is not None}
    others = [leak for leak in result.leaks if leak.id not in above]
    ranked = sorted(others, key=lambda leak: list(_STYLES).index(leak.impact))
    columns = in_columns([(leak.id, leak.impact, *people(leak)) for leak in ranked])
    shown = list(zip(ranked, columns, strict=True))[: limits.leaks]
    pieces = [each for leak, cells in shown for each in _leak(leak, cells, limits)]
    left_out = (row(each, indent=2) for each in more(len(ranked) - limits.leaks, where=TELLS_ALL))
    harmless = "" if any(leak.impact == "broken" for leak in others) else ": no test fails by them"
    return section(f"Other leaks{harmless}" if above else "Leaks", [*pieces, *left_out])


def unexplained(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """Differences that no leak explains, each with the shortest order known to show it."""
    above = {test for cause in root_causes(result) for test in cause.tests}
    above |= {test.id for test in without_polluter(result)}
    tests = {test.id: test for test in result.tests}
    pieces = (
        piece
        for each in result.certificate.unexplained[: limits.tests]
        for piece in _unexplained(each, tests.get(each.test), each.test in above, limits)
    )
    left_out = more(len(result.certificate.unexplained) - limits.tests, "test")
    hint = prose(("`leakcheck explain TEST` looks further into one test.", "dim"), indent=2)
    body = [*pieces, *(row(each, indent=2) for each in left_out)]
    return section("Unexplained differences", [*body, hint] if body else [])


def troubled(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """Flaky, failing, crashing and endless tests, a section each, and fixtures that fail at their teardown."""
    found = troubled_tests(result)
    tests = (piece for title, tests in found for piece in section(title, _troubles(tests, limits)))
    return (*tests, *section(FAILING_FIXTURES, _fixtures(failing_fixtures(result), limits)))


def _fixtures(found: Sequence[Finding], limits: Limits) -> Iterator[Piece]:
    for each in found[: limits.tests]:
        spot = f"{each.file}:{each.line}" if each.line else each.file
        yield row((clip(each.title), "bold"), (f"  {clip(spot)}", "dim"), indent=2)
        yield from (row((f"told with {clip(test)}", "dim"), indent=4) for test in each.tests[: limits.by])
        yield from (row((text, "dim"), indent=4) for text in more(len(each.tests) - limits.by, "test"))
    yield from (row(each, indent=2) for each in more(len(found) - limits.tests, "fixture"))


def certificate(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """What the audit covered: in one line, or in a few sentences with what follows from it."""
    if result.tests and limits is not WHOLE:
        return (row(), row(f"{covered_in_short(result)} ", (TELLS_ALL, "dim")))
    sentences = certificate_sentences(result) if result.tests else ()
    return section("What was covered", [prose(" ".join(sentences), indent=2)] if sentences else [])


def notes(result: Result) -> tuple[Piece, ...]:
    """What the audit has to say about itself."""
    lines = (line for note in result.notes for line in note.splitlines())
    return section("Notes", (prose(clean(line), indent=2) for line in lines))


def _leak(leak: Leak, cells: Sequence[str], limits: Limits) -> Iterator[Piece]:
    number, impact, *people = (f"{cell}  " for cell in cells)
    head = ((number, "bold"), (impact, _STYLES[leak.impact]), ("".join(people), "dim"))
    yield row(*head, place(leak), indent=2)
    lines = (*writers(leak.sources, limits.writers), *_by(leak.polluters, limits.by))
    details = (row((each, "dim")) for each in lines)
    yield from (replace(piece, indent=6) for piece in (*changes(leak, limits), *details))


def _by(polluters: Sequence[str], limit: int) -> Iterator[str]:
    *others, last = (f"by {clip(each)}" for each in polluters[:limit])
    yield from others
    yield " ".join((last, *more(len(polluters) - limit)))


def _unexplained(found: Unexplained, test: TestVerdict | None, above: bool, limits: Limits) -> Iterator[Piece]:
    yield row(("? ", "bold magenta"), (clip(found.test), "bold"), "  (above)" if above else "", indent=2)
    if above:
        return
    if test is not None:
        yield prose(outcomes_by_word(test.outcomes), indent=4)
    if found.witness:
        yield row(("shortest order known to show it:", "dim"), indent=4)
        yield from (row(clip(each), indent=6) for each in found.witness[: limits.tests])
        yield from (row(each, indent=6) for each in more(len(found.witness) - limits.tests, "test"))


def _troubles(tests: Sequence[TestVerdict], limits: Limits) -> Iterator[Piece]:
    for test in tests[: limits.tests]:
        yield row((clip(test.id), "bold"), indent=2)
        if seen := detail(test):
            yield prose(seen, indent=4)
        yield from (command(each, indent=4) for each in test.reproduce)
        if test.crash:
            yield row((clip(test.crash), "dim"), indent=4)
    yield from (row(each, indent=2) for each in more(len(tests) - limits.tests, "test"))
