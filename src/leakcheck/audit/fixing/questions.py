"""What is executed to prove a fix, and what was known before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.fixes.causes import Cause
from leakcheck.fixes.judging import Before
from leakcheck.orders import View
from leakcheck.orders.random import shuffled
from leakcheck.records import Alone, Edge, Location, Order, Result, Suite, Whole
from leakcheck.search.questions import order_for
from leakcheck.store import Audit

RANDOM = 2
"""So many random orders."""


def before(audit: Audit, result: Result) -> Before:
    """How the suite behaved in its audit."""
    whole = [each for each in audit.executions if isinstance(each.order.question, Whole)]
    seen: dict[str, set[str]] = {}
    for execution in audit.executions:
        for run in execution.runs:
            seen.setdefault(run.test, set()).add(run.outcome)
    return Before(
        {each.order.name: {run.test: run.outcome for run in each.runs} for each in whole},
        {test: frozenset(outcomes) for test, outcomes in seen.items()},
        {test.id: test.outcomes["isolated"] for test in result.tests if "isolated" in test.outcomes},
        frozenset(test.id for test in result.tests if test.verdict in ("flaky", "unknown")),
    )


def whole_orders(audit: Audit) -> list[Order]:
    """Declared, reversed, and two random orders: those of the audit, so far as there are such."""
    done: dict[str, Order] = {}
    for execution in audit.executions:
        if isinstance(execution.order.question, Whole) and execution.status == "finished":
            tests = tuple(run.test for run in execution.runs)
            done.setdefault(execution.order.name, Order(execution.order.question, tests))
    usual = [done[name] for name in ("declared", "reversed") if name in done]
    random = [each for each in done.values() if each.kind == "random"][:RANDOM]
    return [*usual, *random, *_more(audit, len(random))]


def _more(audit: Audit, known: int) -> Iterator[Order]:
    seed = audit.asked_for.seed + 1_000
    view = View(audit.suite, frozenset(), RANDOM, seed)
    for number in range(RANDOM - known):
        yield Order(Whole("random", seed + number), shuffled(view, seed + number))


def proofs(causes: Sequence[Cause], audit: Audit) -> tuple[list[Order], list[Order]]:
    """Every witness of the causes, and what those leave alone that hurt nobody; and, behind that, whole orders."""
    first = dict.fromkeys(order for cause in causes for order in witnesses(cause, audit.suite))
    watched = tuple(dict.fromkeys(place for cause in causes for place in _watched(cause, audit.suite)))
    looking = [replace(each, watch=watched) for each in first]
    return looking, [replace(each, watch=watched) for each in whole_orders(audit)]


def witnesses(cause: Cause, suite: Suite) -> Iterator[Order]:
    """Executions in which the cause shows what it does, the one to look at first in front."""
    for edge in cause.edges:
        if edge.effect == "enables":
            yield alone(edge.test, suite)
        yield _witness(edge, suite)
    test = cause.polluters[0] if cause.polluters else ""
    if not cause.edges and test in suite.ids:
        yield order_for(suite, Witness((test,), cause.beside)) if cause.beside else alone(test, suite)


def shown_by(cause: Cause, audit: Audit) -> Order | None:
    """The execution that has to show what the cause does, where its fix is taken out again."""
    order = next(witnesses(cause, audit.suite), None)
    return replace(order, watch=_watched(cause, audit.suite)) if order is not None else None


def alone(test: str, suite: Suite, *, again: bool = False) -> Order:
    files = {item.id: item.file for item in suite.tests}
    return Order(Alone(again=again), (test,), collect=(files[test],))


def _witness(edge: Edge, suite: Suite) -> Order:
    if edge.polluters == (edge.test,):
        return alone(edge.test, suite, again=True)
    known: Sequence[str] = suite.ids
    if all(each not in known for each in edge.polluters):
        return order_for(suite, Witness((), edge.test, edge.polluters))
    return order_for(suite, Witness(edge.polluters, edge.test))


def _watched(cause: Cause, suite: Suite) -> tuple[Location, ...]:
    """Places that nobody looks at unless asked to."""
    places = dict.fromkeys(place for leak in cause.leaks for place in leak.locations)
    return tuple(each for each in places if not suite.tracks(each))
