"""Who never ran alone leaves what the executions of its edges show, and nobody else is told so."""

from __future__ import annotations

from analysis.made import alone, change, execution, name, ran, suite
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.graph.edges import edges_of
from leakcheck.analysis.graph.left_in_company import left_in_company
from leakcheck.records import Execution, Location

SUITE = suite("a", "b", "c")
THERE, ELSEWHERE = Location("app_state", "shop:app", "price"), Location("app_state", "shop:app", "other")


def behind(*before: str) -> Execution:
    """`c` fails behind them; each leaves the price changed, and something else that nobody reads."""
    runs = [ran(each, "passed", (), change(THERE), change(ELSEWHERE)) for each in before]
    return execution("confirm", *runs, ran("c", outcome="failed", reads=(THERE,)))


def told(*executions: Execution) -> list[tuple[str, Location]]:
    known = Knowledge.of(executions, SUITE)
    return [(each.by, each.change.location) for each in left_in_company(edges_of(known), known)]


def test_a_polluter_that_never_ran_alone_is_told_by_its_edges() -> None:
    assert told(alone(ran("c", reads=(THERE,))), behind("a"), behind("a")) == [(name("a"), THERE)]


def test_what_ran_alone_tells_for_itself() -> None:
    left = alone(ran("a", "passed", (), change(THERE)))
    assert told(left, alone(ran("c", reads=(THERE,))), behind("a")) == []


def test_who_hurts_nobody_is_not_told() -> None:
    assert told(alone(ran("c", reads=(THERE,))), execution("declared", ran("b", "passed", (), change(THERE)))) == []
