"""The search is held to the truth of models: everything that one test does to another is found, nothing else is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.audit.bench import Bench
from leakcheck.audit.confirm import accusing
from leakcheck.audit.search import settle
from leakcheck.records import Edge

from .model import Model, Step, bench_for, clean, fails_if, fails_unless, look, write

PLACES = ("a", "b", "c", "d")
VALUES = ("1", "2")
place, value = st.sampled_from(PLACES), st.sampled_from(VALUES)


@st.composite
def programs(draw: st.DrawFn) -> tuple[Step, ...]:
    """What one test does: most look or write, some depend, some clean, some leak only behind another."""
    kind = draw(st.sampled_from(("look", "look", "write", "write", "victim", "clean", "chain", "both", "pair", "brittle")))
    here, there = draw(place), draw(place)
    match kind:
        case "look":
            return (look(here),)
        case "write":
            return (write(here, draw(value)),)
        case "victim":
            return (fails_if(**{here: draw(value)}),)
        case "clean":
            return (clean(here),)
        case "chain":
            return (write(there, draw(value), **{here: draw(value)}),)
        case "both":
            return (fails_if(**{here: draw(value)}), write(there, draw(value)))
        case "pair":
            return (fails_if(**{here: draw(value), there: draw(value)}),)
        case _:
            return (fails_unless(**{here: draw(value)}),)


@st.composite
def models(draw: st.DrawFn, least: int = 4, most: int = 12) -> Model:
    programmes = draw(st.lists(programs(), min_size=least, max_size=most))
    return Model({f"test_{number % 3}.py::t{number}": steps for number, steps in enumerate(programmes)})


def settled(model: Model, **options: object) -> Bench:
    bench, _ = bench_for(model, **options)
    settle(bench)
    return bench


def differs(model: Model, before: Sequence[str], test: str) -> bool:
    return model.fails((*before, test)) != model.fails((test,))


def true_pairs(model: Model) -> set[tuple[str, str]]:
    """Every (polluter or state-setter, test), by running all pairs."""
    return {(a, b) for a, b in itertools.product(model.tests, repeat=2) if differs(model, (a,), b)}


def found_pairs(edges: Sequence[Edge]) -> set[tuple[str, str]]:
    return {(edge.polluters[0], edge.test) for edge in edges if len(edge.polluters) == 1}


@settings(max_examples=300, deadline=None)
@given(models())
def test_every_single_polluter_and_state_setter_is_found(model: Model) -> None:
    edges = accusing(settled(model))
    assert found_pairs(edges) == true_pairs(model)


@settings(max_examples=300, deadline=None)
@given(models())
def test_no_edge_is_false_and_every_witness_is_minimal(model: Model) -> None:
    for edge in accusing(settled(model)):
        assert edge.confirmed
        assert differs(model, edge.polluters, edge.test)
        assert not any(differs(model, part, edge.test) for part in parts(edge.polluters))


def parts(sequence: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(sequence)):
        yield from itertools.combinations(sequence, size)


@settings(max_examples=300, deadline=None)
@given(models())
def test_two_that_hurt_only_together_are_found(model: Model) -> None:
    """Every test that only two others can hurt, in some order, is accused with some such pair."""
    edges = accusing(settled(model))
    hurt = {edge.test for edge in edges}
    for victim in model.tests:
        couples = itertools.permutations([test for test in model.tests if test != victim], 2)
        if any(differs(model, couple, victim) for couple in couples):
            assert victim in hurt
