"""The heart of the terminal report: who is hurt by what, root cause by root cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.records import Leak, Result, TestVerdict
from leakcheck.reports.terminal.page import SHORT, TELLS_ALL, Limits, Piece, command, field, prose, row, section
from leakcheck.reports.wording.certified import unexplained
from leakcheck.reports.wording.root_causes import Harm, Hurt, RootCause, root_causes, without_polluter
from leakcheck.reports.wording.sentences import WORDINGS, headline, proof
from leakcheck.reports.wording.words import also_left, clip, more, outcomes_by_word, parts_of, place, writers

_MARGIN = 5
_INDENT = _MARGIN + 2


def harm(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """A block for each root cause, then the tests whose polluter is not known."""
    causes = root_causes(result)
    unseen = unexplained(result.certificate)
    blocks = [piece for cause in causes[: limits.causes] for piece in _block(cause, limits, unseen)]
    left = [row(each, indent=2) for each in more(len(causes) - limits.causes, "root cause", where=TELLS_ALL)]
    rest = [row(), *left] if left else []
    return section("Order-dependent tests, by root cause", [*blocks, *rest, *_orphans(without_polluter(result))])


def location(leak: Leak, limits: Limits = SHORT) -> Iterator[Piece]:
    """Id and location, before and after, and the lines that wrote."""
    yield row((f"{leak.id} ".ljust(_MARGIN - 2), "bold red"), (place(leak), "bold cyan"), indent=2)
    yield from changes(leak, limits)
    yield from (row(("written  ", "dim"), each, indent=_MARGIN) for each in writers(leak.sources, limits.writers))


def changes(leak: Leak, limits: Limits) -> Iterator[Piece]:
    """Before and after, part by part where several parts of a value differ."""
    parts = parts_of(leak)
    for part in parts[: limits.parts]:
        label = f"{clip(part.path)}: " if part.path else ""
        yield row(label, (clip(part.before), "green"), " → ", (clip(part.after), "red"), indent=_MARGIN)
    left_out = more(len(parts) - limits.parts, "part", where="of the value")
    yield from (row(each, indent=_MARGIN) for each in left_out)
    if also := also_left(leak, limits.parts):
        yield prose((also, "dim"), indent=_MARGIN)


def _block(cause: RootCause, limits: Limits, unseen: str) -> Iterator[Piece]:
    yield row()
    if cause.leak is None:
        yield prose((unseen, "bold red"), indent=2)
    else:
        yield from location(cause.leak, limits)
    for each in cause.harms:
        yield from _harm(each, limits)
    yield from field("cleaner", _first(cause.cleaners, limits.polluters), indent=_INDENT)


def _harm(harm: Harm, limits: Limits) -> Iterator[Piece]:
    yield row(f"{headline(harm)} ", (f"({proof(harm)})", "dim"), indent=_MARGIN)
    if harm.how != "again":
        together = tuple(" and ".join(map(clip, polluters)) for polluters in harm.polluters)
        yield from field(WORDINGS[harm.how].polluter, _first(together, limits.polluters), indent=_INDENT)
    for number, hurt in enumerate(harm.hurt[: limits.hurt]):
        yield from _hurt(hurt, with_command=number < limits.commands)
    yield from (row(each, indent=_INDENT) for each in more(len(harm.hurt) - limits.hurt, "test"))


def _hurt(hurt: Hurt, *, with_command: bool) -> Iterator[Piece]:
    yield row(("✗ ", "red"), (clip(hurt.test), "bold"), indent=_INDENT)
    if hurt.reproduce and with_command:
        yield command(hurt.reproduce, indent=_INDENT + 2)


def _first(names: Sequence[str], limit: int) -> tuple[str, ...]:
    return (*map(clip, names[:limit]), *more(len(names) - limit))


def _orphans(tests: Iterable[TestVerdict]) -> Iterator[Piece]:
    for test in tests:
        yield row()
        yield row(("✗ ", "red"), (clip(test.id), "bold"), f"  {test.verdict}, polluter not known", indent=2)
        yield prose(outcomes_by_word(test.outcomes), indent=_MARGIN)
