"""What is known grows as executions come: at any time it is what would be known of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.analysis import Effort, Knowledge, derive, edges_of
from leakcheck.analysis.facts.combinations import unmet_together
from leakcheck.analysis.facts.differences import differences
from leakcheck.analysis.facts.untracked import changed_elsewhere, unmet_elsewhere
from leakcheck.analysis.graph.edges import Edges
from leakcheck.records import Cost, Execution, Suite
from leakcheck.search.phases import settle
from search.model import Model, bench_for, fails_if, write
from search.test_search import models, through_globals

CHAIN = Model(
    {
        "t.py::b": (write("second", first="1"),),
        "t.py::c": (write("third", second="1"),),
        "t.py::v": (fails_if(third="1"),),
        "t.py::a": (write("first"),),
    }
)


def executed(model: Model, **options: Any) -> tuple[Suite, list[Execution]]:
    bench, _ = bench_for(model, **options)
    settle(bench)
    return bench.suite, bench.executions


def told(known: Knowledge) -> tuple[object, ...]:
    """Everything that is derived from knowledge."""
    return (
        known.evidence,
        known.coverage,
        list(known.coverage.pairs),
        known.flaky,
        known.restless,
        known.cleaners,
        edges_of(known),
        list(differences(known).items()),
        changed_elsewhere(known),
        unmet_elsewhere(known),
        list(unmet_together(known, known.coverage, {}).items()),
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(models(), st.booleans(), st.data())
def test_one_by_one_or_all_at_once(model: Model, is_global: bool, data: st.DataObject) -> None:
    """Asked at every turn or only now and then, in whatever order the executions came."""
    suite, executions = executed(through_globals(model) if is_global else model)
    shuffled = data.draw(st.permutations(executions))[:60]
    asked_at = data.draw(st.sets(st.integers(0, len(shuffled)), max_size=6))
    growing, edges = Knowledge(suite), Edges()
    for number, execution in enumerate(shuffled):
        growing.add([execution])
        if number in asked_at:
            at_once = Knowledge.of(shuffled[: number + 1], suite)
            assert told(growing) == told(at_once)
            assert growing.once(edges.of) == edges_of(at_once)
    assert told(growing) == told(Knowledge.of(shuffled, suite))
    assert growing.once(edges.of) == edges_of(growing)


def brought(known: Knowledge, executions: Sequence[Execution]) -> tuple[Knowledge, tuple[object, ...]]:
    new = known.brought_to(executions)
    return new, told(new)


def test_what_counts_no_longer_or_comes_before_others_means_to_derive_anew() -> None:
    suite, executions = executed(CHAIN)
    known = Knowledge.of(executions[:20], suite)
    same, more = brought(known, executions)
    assert same is known
    assert more == told(Knowledge.of(executions, suite))
    for others in (executions[1:], [*executions[5:], *executions[:5]], executions[:7]):
        new, found = brought(same, others)
        assert new is not same
        assert found == told(Knowledge.of(others, suite))


def test_what_it_handed_out_does_not_change_when_more_is_known() -> None:
    suite, executions = executed(CHAIN, depth=3)
    known = Knowledge.of(executions[:3], suite)
    evidence, coverage, flaky = known.evidence, known.coverage, known.flaky
    known.add(executions[3:])
    before = Knowledge.of(executions[:3], suite)
    assert evidence == before.evidence != known.evidence
    assert coverage == before.coverage != known.coverage
    assert flaky == before.flaky


def test_the_certificate_counts_the_values_that_were_followed() -> None:
    """Behind a chain of three, its last value and its reader are a pair only where three were followed."""
    suite, executions = executed(CHAIN, depth=3, random=0)
    cost = Cost(1, 1, 1, 1, 1, 1)
    totals = [
        derive(
            suite,
            executions,
            cost=cost,
            leakcheck="0",
            engine="fork",
            lanes=1,
            effort=Effort(depth=depth),
        ).certificate.pairs_total
        for depth in (1, 2, 3)
    ]
    assert totals == sorted(set(totals))
