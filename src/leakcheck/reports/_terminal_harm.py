"""The heart of the terminal report: who is hurt by what, root cause by root cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from leakcheck.records import Leak, Result, TestVerdict
from leakcheck.reports._causes import Harm, How, Hurt, Proof, RootCause, root_causes, without_polluter
from leakcheck.reports._terminal_page import Piece, field, prose, row, section
from leakcheck.reports._words import clip, more, outcomes_by_word, parts_of, place, plural, writers

MAX_POLLUTERS = 3
MAX_HURT = 25
MAX_PARTS = 3
_MARGIN = 5
_INDENT = _MARGIN + 2


class Wording(NamedTuple):
    """How to tell one way of being hurt: of one test, of several, by whom, and what putting back showed."""

    one: str
    many: str
    polluter: str
    proven: str


_WORDINGS: Mapping[How, Wording] = {
    "after": Wording("fails after", "fail after", "polluter", "proven: putting it back makes the test pass"),
    "needs": Wording(
        "fails alone, passes after",
        "fail alone, pass after",
        "state-setter",
        "proven: putting it back makes the test fail",
    ),
    "import": Wording(
        "fails after the import of",
        "fail after the import of",
        "test file",
        "proven: putting it back makes the test pass",
    ),
    "again": Wording(
        "fails when run again",
        "fail when run again",
        "",
        "proven: putting it back makes the second run pass",
    ),
}
_PROOFS: Mapping[Proof, str] = {
    "not alone": "confirmed; putting it back alone does not help",
    "confirmed": "confirmed",
    "suspected": "suspected, not confirmed",
}


def harm(result: Result) -> tuple[Piece, ...]:
    """A block for each root cause, then the tests whose polluter is not known."""
    blocks = [piece for cause in root_causes(result) for piece in _block(cause)]
    return section("Order-dependent tests, by root cause", [*blocks, *_orphans(without_polluter(result))])


def location(leak: Leak) -> Iterator[Piece]:
    """Id and location, before and after, and the lines that wrote."""
    yield row((leak.id.ljust(_MARGIN - 2), "bold red"), (place(leak.location, leak.path), "bold cyan"), indent=2)
    yield from changes(leak)
    yield from (row(("written  ", "dim"), each, indent=_MARGIN) for each in writers(leak.sources))


def changes(leak: Leak) -> Iterator[Piece]:
    """Before and after, part by part where several parts of a value differ."""
    parts = parts_of(leak)
    for part in parts[:MAX_PARTS]:
        label = f"{clip(part.path)}: " if part.path else ""
        yield row(label, (clip(part.before), "green"), " → ", (clip(part.after), "red"), indent=_MARGIN)
    yield from (row(each, indent=_MARGIN) for each in more(len(parts) - MAX_PARTS, "parts of the value"))


def _block(cause: RootCause) -> Iterator[Piece]:
    yield row()
    if cause.leak is None:
        text = "No single recorded leak explains these tests: they share state that leakcheck does not see."
        yield prose((text, "bold red"), indent=2)
    else:
        yield from location(cause.leak)
    for each in cause.harms:
        yield from _harm(each)
    yield from field("cleaner", _first(cause.cleaners), indent=_INDENT)


def _harm(harm: Harm) -> Iterator[Piece]:
    yield row(f"{_headline(harm)} ", (f"({_proof(harm)})", "dim"), indent=_MARGIN)
    if harm.how != "again":
        together = tuple(" and ".join(map(clip, polluters)) for polluters in harm.polluters)
        yield from field(_WORDINGS[harm.how].polluter, _first(together), indent=_INDENT)
    for hurt in harm.hurt[:MAX_HURT]:
        yield from _hurt(hurt)
    yield from (row(each, indent=_INDENT) for each in more(len(harm.hurt) - MAX_HURT, "tests"))


def _headline(harm: Harm) -> str:
    wording = _WORDINGS[harm.how]
    verb = wording.one if len(harm.hurt) == 1 else wording.many
    return f"{plural(len(harm.hurt), 'test')} {verb} {_culprits(harm)}".rstrip()


def _culprits(harm: Harm) -> str:
    noun = _WORDINGS[harm.how].polluter
    if not noun:
        return ""
    if len(harm.polluters) > 1:
        return f"any of {plural(len(harm.polluters), noun)}"
    number = len(harm.polluters[0])
    return f"this {noun}" if number == 1 else f"{number} {noun}s together"


def _proof(harm: Harm) -> str:
    return _WORDINGS[harm.how].proven if harm.proof == "proven" else _PROOFS[harm.proof]


def _hurt(hurt: Hurt) -> Iterator[Piece]:
    yield row(("✗ ", "red"), (clip(hurt.test), "bold"), indent=_INDENT)
    if hurt.reproduce:
        yield row((hurt.reproduce, "dim"), indent=_INDENT + 2)


def _first(names: Sequence[str], limit: int = MAX_POLLUTERS) -> tuple[str, ...]:
    return (*map(clip, names[:limit]), *more(len(names) - limit))


def _orphans(tests: Iterable[TestVerdict]) -> Iterator[Piece]:
    for test in tests:
        yield row()
        yield row(("✗ ", "red"), (clip(test.id), "bold"), f"  {test.verdict}, polluter not known", indent=2)
        yield prose(outcomes_by_word(test.outcomes), indent=_MARGIN)
