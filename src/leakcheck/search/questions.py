"""Questions to the engine: how does a test behave behind these tests? Each is asked once, whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from leakcheck.analysis import Evidence
from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.commands import arguments, import_arguments
from leakcheck.records import Location, Order, Suite
from leakcheck.search.delta_debugging import minimal
from leakcheck.search.session import AuditSession


class Question(NamedTuple):
    """A witness, and how many executions of it are wanted.

    `deep` asks what its tests change anywhere, `restore` how its last test behaves when these locations are put
    back before it, `pinpoint` for the lines that change these.
    """

    witness: Witness
    times: int = 1
    deep: bool = False
    restore: tuple[Location, ...] = ()
    pinpoint: tuple[Location, ...] = ()


R = TypeVar("R")
T = TypeVar("T", bound=Hashable)
Asking = Generator[list[Question], Evidence, R]
Inquiry = Asking[None]
"""Yields batches of questions, is sent what is known after each."""


def ask(bench: AuditSession, phase: str, inquiries: Sequence[Inquiry]) -> None:
    """Ask what all inquiries want to know, in one batch a round."""
    waiting: list[tuple[Inquiry, list[Question]]] = []
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


def _missing(bench: AuditSession, questions: Sequence[Question]) -> list[Order]:
    """One order for each execution that is wanted and not there yet."""
    wanted: dict[Question, int] = {}
    for question in questions:
        plain = question._replace(times=1)
        wanted[plain] = max(question.times, wanted.get(plain, 0))
    evidence = bench.evidence()
    return [
        _order(bench.suite, question, number)
        for question, times in wanted.items()
        for number in range(_known(question, evidence), times)
    ]


def _known(question: Question, evidence: Evidence) -> int:
    """How many executions answer the question already."""
    witness, _, deep, restore, pinpoint = question
    if restore:
        return len(evidence.restored.get((witness, restore), ())) + evidence.tried_in_vain[witness, restore]
    if pinpoint:
        return int((witness, pinpoint) in evidence.pinpointed)
    return int(witness in evidence.deep) if deep else len(evidence.outcomes.get(witness, ()))


def _order(suite: Suite, question: Question, number: int) -> Order:
    if not question.deep:
        return order_for(suite, question.witness, repeat=number)
    return order_for(
        suite,
        question.witness,
        repeat=number,
        full=False,
        deep=True,
        restore=question.restore,
        pinpoint=question.pinpoint,
    )


def shrink(
    sequence: Sequence[T],
    question: Callable[[tuple[T, ...]], Question],
    shows: Callable[[Evidence, Question], bool],
) -> Asking[tuple[T, ...]]:
    """Drive delta debugging: the smallest part of `sequence` whose `question` is answered so that it `shows`."""
    parts = minimal(sequence)
    try:
        batch = next(parts)
        while True:
            questions = [question(each) for each in batch]
            evidence = yield questions
            batch = parts.send([shows(evidence, each) for each in questions])
    except StopIteration as end:
        return tuple(end.value)


def order_for(suite: Suite, witness: Witness, **changes: object) -> Order:
    """The order that asks about `witness`."""
    tests = (*witness.before, witness.test)
    own = (item.file for item in suite.tests if item.id == witness.test)
    collect = (*witness.files, *dict.fromkeys(own)) if witness.files else ()
    order = Order(f"{witness.test} after {len(witness.before)}", "confirm", tests, collect=collect, full=True)
    return replace(order, **changes)  # type: ignore[arg-type]


def fresh_order(suite: Suite, witness: Witness) -> Order:
    """The printed command itself, in a pytest process of its own."""
    if witness.files:
        given = import_arguments(suite, witness.files, witness.test)
    else:
        given = arguments(suite, (*witness.before, witness.test))
    return order_for(suite, witness, fresh=True, arguments=tuple(given), full=False)
