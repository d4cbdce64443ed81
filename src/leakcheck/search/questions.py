"""Questions to the engine: how does a test behave behind these tests? Each is asked once, whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from typing import NamedTuple, TypeVar

from leakcheck.analysis import Evidence
from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.commands import arguments, import_arguments, import_order
from leakcheck.records import Behind, DeepLook, DeepPutBack, Order, Pinpoint, Printed, PutBack, Question, Suite
from leakcheck.search.delta_debugging import minimal
from leakcheck.search.session import AuditSession

BEHIND = Behind()


class Asked(NamedTuple):
    """A witness, what is asked about it, and how many executions of that are wanted."""

    witness: Witness
    question: Question = BEHIND
    times: int = 1


R = TypeVar("R")
T = TypeVar("T", bound=Hashable)
Asking = Generator[list[Asked], Evidence, R]
Inquiry = Asking[None]
"""Yields batches of questions, is sent what is known after each."""


def ask(bench: AuditSession, phase: str, inquiries: Sequence[Inquiry]) -> None:
    """Ask what all inquiries want to know, in one batch a round."""
    waiting: list[tuple[Inquiry, list[Asked]]] = []
    for inquiry in inquiries:
        first = next(inquiry, None)
        if first is not None:
            waiting.append((inquiry, first))
    while waiting:
        orders = _missing(bench, [question for _, batch in waiting for question in batch])
        if orders and not bench.spend(phase, orders):
            return
        evidence = bench.evidence()
        still = []
        for inquiry, _ in waiting:
            try:
                still.append((inquiry, inquiry.send(evidence)))
            except StopIteration:
                continue
        waiting = still


def _missing(bench: AuditSession, questions: Sequence[Asked]) -> list[Order]:
    """One order for each execution that is wanted and not there yet."""
    wanted: dict[object, Asked] = {}
    for each in questions:
        same = _answered_by(each)
        times = max(each.times, wanted[same].times) if same in wanted else each.times
        wanted[same] = wanted.get(same, each)._replace(times=times)
    evidence = bench.evidence()
    return [
        order_for(bench.suite, asked.witness, asked.question, repeat=number)
        for asked in wanted.values()
        for number in range(_known(asked, evidence), asked.times)
    ]


def _answered_by(asked: Asked) -> object:
    """Equal for what one execution answers: what tests change is the same, whoever comes behind them."""
    if isinstance(asked.question, DeepLook | Pinpoint):
        return asked.witness.makers, asked.question
    return asked.witness, asked.question


def _known(asked: Asked, evidence: Evidence) -> int:
    """How many executions answer what is asked already."""
    witness = asked.witness
    match asked.question:
        case PutBack(locations, placebo=True) | DeepPutBack(locations, placebo=True):
            return len(evidence.placebos.get((witness, locations), ()))
        case PutBack(locations) | DeepPutBack(locations):
            tries = evidence.tried_in_vain[witness, locations]
            return len(evidence.restored.get((witness, locations), ())) + tries
        case Pinpoint(locations):
            return int((witness.makers, locations) in evidence.pinpointed)
        case DeepLook():
            return int(witness.makers in evidence.deep)
        case _:
            return len(evidence.outcomes.get(witness, ()))


def shrink(
    sequence: Sequence[T],
    question: Callable[[tuple[T, ...]], Asked],
    shows: Callable[[Evidence, Asked], bool],
    finest: int | None = None,
) -> Asking[tuple[T, ...]]:
    """Drive delta debugging: the smallest part of `sequence` whose `question` is answered so that it `shows`."""
    parts = minimal(sequence, finest)
    try:
        batch = next(parts)
        while True:
            questions = [question(each) for each in batch]
            evidence = yield questions
            batch = parts.send([shows(evidence, each) for each in questions])
    except StopIteration as end:
        return tuple(end.value)


def order_for(suite: Suite, witness: Witness, question: Question = BEHIND, *, repeat: int = 0) -> Order:
    """The order that asks about `witness`."""
    tests = (*witness.before, witness.test)
    collect = import_order(suite, witness.files, witness.test) if witness.files else ()
    return Order(question, tests, collect=collect, repeat=repeat)


def printed_order(suite: Suite, witness: Witness, *, warm: bool = False) -> Order:
    """The printed command itself, in a pytest process of its own; with `warm`, a fork may stand in for it."""
    if witness.files:
        given = import_arguments(suite, witness.files, witness.test)
    else:
        given = arguments(suite, (*witness.before, witness.test))
    return order_for(suite, witness, Printed(tuple(given), warm))
