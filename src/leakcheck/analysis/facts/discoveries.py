"""What orders of the whole suite have shown, and how much a further one can be expected to show.

An order is a sample of what the suite can do: outcomes, and which test reads or leaves what. The chance that the
next sample shows something new is about the share of samples that were the only ones to show something (Good 1953,
"The population frequencies of species and the estimation of population parameters", after Turing).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from leakcheck.analysis.facts.evidence import bad
from leakcheck.analysis.facts.places import Places
from leakcheck.records import Execution, Whole

ACCEPTED = 0.5
"""So many new things a further order may be expected to show, and still be left out, if the last showed none."""
Shown = Sequence[tuple[Execution, frozenset[Hashable]]]
"""Each execution with all that it has shown."""


def is_another_worth_while(executions: Sequence[Execution]) -> bool:
    """Whether a further pair of random orders, an order and its reverse, promises anything: the last pair has shown
    something that nothing before it had, or `expected_news` says so."""
    last, shown = {each.id for each in _last_pair(executions)}, _shown(executions)
    known = {thing for each, things in shown if each.id not in last for thing in things}
    news = {thing for each, things in shown if each.id in last for thing in things} - known
    return bool(news) or _expected(shown) > ACCEPTED


def expected_news(executions: Sequence[Execution]) -> float:
    """How many things a further order of the whole suite can be expected to show that none has shown yet, and no
    test alone either."""
    return _expected(_shown(executions))


def _expected(shown: Shown) -> float:
    seen, elsewhere, orders = Counter[Hashable](), set[Hashable](), 0
    for each, things in shown:
        if isinstance(each.order.question, Whole):
            orders += 1
            seen.update(things)
        else:
            elsewhere.update(things)
    once = sum(count == 1 and thing not in elsewhere for thing, count in seen.items())
    return once / orders if orders else 0.0


def random_pairs(executions: Iterable[Execution]) -> int:
    """How many random orders there were, each with its reverse."""
    return len({each.order.seed for each in executions if each.order.kind == "random"})


def _last_pair(executions: Iterable[Execution]) -> list[Execution]:
    random = [each for each in executions if each.order.kind == "random"]
    return [each for each in random if each.order.seed == random[-1].order.seed]


def _shown(executions: Sequence[Execution]) -> Shown:
    places = _left(executions)
    return [(each, frozenset(_things(each, places))) for each in executions]


def _left(executions: Iterable[Execution]) -> Places:
    """Where anybody was seen to leave anything."""
    runs = (run for each in executions for run in each.runs)
    return Places.of(change.location for run in runs for change in (*run.changes, *run.finalised))


def _things(execution: Execution, left: Places) -> Iterator[Hashable]:
    """Outcomes, where something was left, and who reads what is left somewhere. Not who left it: of what the first
    use of a thing makes, that is whoever comes first, in every order another one."""
    for run in execution.runs:
        yield run.test, bad(run.outcome)
        for location in left.covered(set(run.reads)):
            yield run.test, location
        for change in (*run.changes, *run.finalised):
            yield change.location
