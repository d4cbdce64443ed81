"""The search is held to the truth of models: everything that one test does to another is found, nothing else is."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.records import Alone, Edge, Names, Order
from leakcheck.search import pairs
from leakcheck.search.phases import other_orders, settle
from leakcheck.search.proof import accusing, confirm
from leakcheck.search.questions import order_for
from leakcheck.search.session import BATCH, AuditSession
from search.model import Model, Step, bench_for, clean, fails_by_chance, fails_if, fails_unless, look, write

PLACES = ("a", "b", "c", "d")
VALUES = ("1", "2")
place, value = st.sampled_from(PLACES), st.sampled_from(VALUES)


KINDS = ("look", "look", "write", "write", "victim", "clean", "chain", "both", "pair", "brittle")


@st.composite
def programs(draw: st.DrawFn) -> tuple[Step, ...]:
    """What one test does: most look or write, some depend, some clean, some leak only behind another."""
    here, there = draw(place), draw(place)
    one, other = draw(value), draw(value)
    choices: dict[str, tuple[Step, ...]] = {
        "look": (look(here),),
        "write": (write(here, one),),
        "victim": (fails_if(**{here: one}),),
        "clean": (clean(here),),
        "chain": (write(there, other, **{here: one}),),
        "both": (fails_if(**{here: one}), write(there, other)),
        "pair": (fails_if(**{here: one, there: other}),),
        "brittle": (fails_unless(**{here: one}),),
    }
    return choices[draw(st.sampled_from(KINDS))]


@st.composite
def models(draw: st.DrawFn, least: int = 4, most: int = 12) -> Model:
    programmes = draw(st.lists(programs(), min_size=least, max_size=most))
    return Model({f"test_{number % 3}.py::t{number}": steps for number, steps in enumerate(programmes)})


def settled(model: Model, **options: Any) -> AuditSession:
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


@settings(max_examples=300, deadline=None, derandomize=True)
@given(models())
def test_every_single_polluter_and_state_setter_is_found(model: Model) -> None:
    edges = accusing(settled(model))
    assert found_pairs(edges) == true_pairs(model)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(models())
def test_no_edge_is_false_and_every_witness_is_minimal(model: Model) -> None:
    for edge in accusing(settled(model)):
        assert edge.confirmed
        assert differs(model, edge.polluters, edge.test)
        assert not any(differs(model, part, edge.test) for part in parts(edge.polluters))


def parts(sequence: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(sequence)):
        yield from itertools.combinations(sequence, size)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(models())
def test_two_that_hurt_only_together_are_found(model: Model) -> None:
    """Every test that only two others can hurt, in some order, is accused with some such pair."""
    edges = accusing(settled(model))
    hurt = {edge.test for edge in edges}
    for victim in model.tests:
        couples = itertools.permutations([test for test in model.tests if test != victim], 2)
        if any(differs(model, couple, victim) for couple in couples):
            assert victim in hurt


def names(edges: Sequence[Edge], test: str) -> set[tuple[str, ...]]:
    return {edge.polluters for edge in edges if edge.test == test}


CHAIN = {
    "t.py::b": (write("second", first="1"),),
    "t.py::victim": (fails_if(third="1"),),
    "t.py::a": (write("first"),),
    "t.py::c": (write("third", second="1"),),
}


def test_a_chain_of_three_is_followed_as_deep_as_asked() -> None:
    """In no whole order do the three run in the order that hurts: only following the values shows it."""
    model = Model(CHAIN)
    edges = accusing(settled(model, depth=3, random=0))
    assert names(edges, "t.py::victim") == {("t.py::a", "t.py::b", "t.py::c")}
    assert accusing(settled(model, depth=2, random=0)) == []


def test_a_chain_of_two_is_followed_by_default() -> None:
    model = Model(
        {"t.py::b": (write("second", first="1"),), "t.py::v": (fails_if(second="1"),), "t.py::a": (write("first"),)}
    )
    assert names(accusing(settled(model, random=0)), "t.py::v") == {("t.py::a", "t.py::b")}
    assert accusing(settled(model, random=0, depth=1)) == []


def test_a_clean_suite_costs_its_orders_and_each_test_alone() -> None:
    model = Model({f"t.py::t{number}": (look("a"),) for number in range(20)})
    bench, engine = bench_for(model, random=3, random_until="all")
    settle(bench)
    kinds = Counter(order.kind for order in engine.ran)
    assert kinds == {"declared": 1, "reversed": 1, "random": 6, "isolated": 2}


def test_random_orders_end_when_the_last_ones_show_nothing_new() -> None:
    model = Model({f"t.py::t{number}": (look("a"),) for number in range(20)})
    bench, engine = bench_for(model, random=3)
    settle(bench)
    assert Counter(order.kind for order in engine.ran)["random"] == 2
    assert [order.seed for order in engine.ran if order.kind == "random"] == [1, 1]


def test_random_orders_go_on_while_they_show_something_new() -> None:
    """Each leaves something else behind each other one, so that no order is like another."""
    many = range(12)
    tests = {
        f"t.py::t{number}": (
            *(write(f"{number} behind {other}", last=str(other)) for other in many if other != number),
            write("last", str(number)),
        )
        for number in many
    }
    bench, engine = bench_for(Model(tests), random=3)
    other_orders(bench)
    assert [order.seed for order in engine.ran if order.kind == "random"] == [1, 1, 2, 2, 3, 3]


def test_a_cleaner_is_named() -> None:
    model = Model({"t.py::p": (write("a"),), "t.py::c": (clean("a"),), "t.py::v": (fails_if(a="1"),)})
    bench = settled(model)
    assert {(edge.polluters, edge.test) for edge, _ in bench.edges() if edge.effect == "cleans"} == {
        (("t.py::c",), "t.py::v")
    }


def test_a_self_polluting_test_is_found() -> None:
    model = Model({"t.py::s": (fails_if(a="1"), write("a")), "t.py::other": (look("b"),)})
    assert names(accusing(settled(model)), "t.py::s") == {("t.py::s",)}


# State that no probe sees --------------------------------------------------------------------------------------


def with_bystanders(tests: Mapping[str, tuple[Step, ...]], many: int = 30) -> Model:
    """The tests spread among others that do something else."""
    others = {f"test_{number % 3}.py::o{number}": (write(f"x{number}"),) for number in range(many)}
    mixed = list(tests.items())
    spread = max(1, many // len(mixed))
    result: dict[str, tuple[Step, ...]] = {}
    for number, (test, steps) in enumerate(others.items()):
        if number % spread == 0 and mixed:
            result.update([mixed.pop(0)])
        result[test] = steps
    return Model({**result, **dict(mixed)})


HIDDEN = {
    "test_0.py::quiet": (look("a"),),
    "test_1.py::p": (write("hidden"),),
    "test_2.py::v": (fails_if(hidden="1"),),
}


def test_a_hidden_channel_is_reported_with_its_minimal_witness() -> None:
    bench = settled(with_bystanders(HIDDEN))
    (edge,) = accusing(bench)
    assert (edge.polluters, edge.test, edge.confirmed) == (("test_1.py::p",), "test_2.py::v", True)
    assert [locations for each, locations in bench.edges() if each == edge] == [()]


@pytest.mark.parametrize("place", ["hidden", "global"])
def test_many_who_hurt_through_what_no_probe_tracks_cost_no_proof_of_each_step(place: str) -> None:
    """Both halves of what ran before the victim hurt it: one is followed, the other is no finding."""
    polluters = {f"test_0.py::p{number}": (write(place),) for number in range(40)}
    bench, engine = bench_for(Model({"test_1.py::v": (fails_if(**{place: "1"}),), **polluters}))
    settle(bench)
    edges = accusing(bench)
    assert found_pairs(edges) == {(polluter, "test_1.py::v") for polluter in polluters}
    assert all(edge.confirmed for edge in edges)
    assert sum(order.kind == "confirm" for order in engine.ran) < 400


def test_a_search_that_was_cut_short_tells_how_far_it_came_and_proves_nothing() -> None:
    polluters = {f"test_0.py::p{number}": (write("hidden"),) for number in range(40)}
    model = Model({"test_1.py::v": (fails_if(hidden="1"),), **polluters})
    everybody = tuple(polluters)
    bench, engine = bench_for(model)
    for test in model.tests:
        bench.run("isolated", [Order(Alone(), (test,))])
    for before in (everybody, everybody[:20], everybody[20:]):
        bench.run("explain", [order_for(bench.suite, Witness(before, "test_1.py::v"))])
    confirm(bench)
    assert [len(edge.polluters) for edge, _ in bench.edges()] == [20]
    assert not any(edge.confirmed for edge, _ in bench.edges())
    assert sum(order.kind == "confirm" for order in engine.ran) == 3


def test_a_budget_ends_a_phase_in_its_midst(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, engine = bench_for(Model({"test_0.py::t": ()}))
    begun = len(engine.ran)
    monkeypatch.setattr("leakcheck.search.session.time.monotonic", lambda: float(len(engine.ran) - begun))
    bench.deadline = 100.0
    orders = [Order(Alone(), ("test_0.py::t",), repeat=number) for number in range(1_000)]
    assert len(bench.spend("pairs", orders)) == len(engine.ran) - begun == 2 * BATCH
    assert bench.spend("crowds", orders) == []
    assert bench.notes == []
    bench.deadline = float("inf")
    assert len(bench.spend("crowds", orders[-1:])) == 1
    bench.tell_left_out()
    left = 1_000 - 2 * BATCH - 1
    assert bench.notes == [
        f"the budget was spent: {left} executions were left out, {what}"
        for what in (
            "meant to run tests behind the leaked values they read",
            "meant to run a test behind several leaked values together",
        )
    ], "what was made after all is not missing"


def test_two_that_hurt_only_together_through_a_hidden_channel_are_found_as_a_set() -> None:
    tests = {
        "test_0.py::p": (write("hidden1"),),
        "test_1.py::q": (write("hidden2"),),
        "test_2.py::v": (fails_if(hidden1="1", hidden2="1"),),
    }
    edges = accusing(settled(with_bystanders(tests)))
    assert [(set(edge.polluters), edge.test) for edge in edges] == [
        ({"test_0.py::p", "test_1.py::q"}, "test_2.py::v")
    ]


# State that is looked at where a test runs alone -------------------------------------------------------------


@settings(max_examples=300, deadline=None, derandomize=True)
@given(models())
def test_single_polluters_through_globals_are_found_too(model: Model) -> None:
    """Nobody knows who reads a global: everybody is made to meet it, cleaners or not."""
    edges = accusing(settled(through_globals(model)))
    assert found_pairs(edges) >= {(a, b) for a, b in true_pairs(model) if changes_alone(model, a)}
    for edge in edges:
        assert differs(through_globals(model), edge.polluters, edge.test)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(models())
def test_nobody_who_reads_a_global_by_its_name_is_missed(model: Model) -> None:
    """Where tests are asked for the names in their code, each meets what it would have met otherwise."""
    otherwise = settled(through_globals(model), random=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "WORTH_NAMES", 0)
        session = settled(through_globals(model), random=0)
    assert not any(isinstance(each.order.question, Names) for each in otherwise.executions)
    assert found_pairs(accusing(session)) >= found_pairs(accusing(otherwise))


def through_globals(model: Model) -> Model:
    """The same model with all its locations where no probe looks."""
    return Model({test: tuple(renamed(step) for step in steps) for test, steps in model.tests.items()})


def renamed(step: Step) -> Step:
    when = tuple((f"global_{place}", value) for place, value in step.when)
    return replace(step, when=when, place=f"global_{step.place}")


def changes_alone(model: Model, test: str) -> bool:
    return bool(model.run(test, {}, Random(0)).changes)


def test_what_leaked_into_a_global_is_proven() -> None:
    model = Model({"t.py::p": (write("global_a"),), "t.py::v": (fails_if(global_a="1"),), "t.py::q": (look("b"),)})
    bench = settled(model)
    ((edge, locations),) = bench.edges()
    assert (edge.polluters, edge.counterfactual) == (("t.py::p",), True)
    assert [location.key for location in locations] == ["global_a"]


@pytest.mark.parametrize("worth", [0, 10**9])
def test_a_victim_behind_cleaners_in_every_order_is_found(worth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "WORTH_NAMES", worth)
    """No order that runs the whole suite shows it: a cleaner stands on both sides."""
    tests = {
        "t.py::c1": (clean("global_a"),),
        "t.py::v": (fails_if(global_a="1"),),
        "t.py::c2": (clean("global_a"),),
    }
    model = Model({**tests, "t.py::p": (write("global_a"),), "t.py::c3": (clean("global_a"),)})
    assert found_pairs(accusing(settled(model, random=0))) == {("t.py::p", "t.py::v")}


# Noise --------------------------------------------------------------------------------------------------------


def test_a_test_that_fails_by_chance_is_not_accused() -> None:
    """Whatever its odds; the stated probability is one in a thousand."""
    accused = 0
    for odds, chance in itertools.product((0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98), range(40)):
        model = with_bystanders({"test_0.py::coin": (look("a"), fails_by_chance(odds))}, many=9)
        bench, _ = bench_for(model, chance=chance)
        settle(bench)
        accused += any(edge.confirmed for edge in accusing(bench))
    assert accused <= 1


def test_a_flaky_polluter_does_not_hide_its_victim() -> None:
    """It fails in one run of ten, and leaks in all."""
    tests = {"test_0.py::p": (write("a"), fails_by_chance(0.1)), "test_1.py::v": (fails_if(a="1"),)}
    for chance in range(40):
        bench, _ = bench_for(with_bystanders(tests, many=9), chance=chance)
        settle(bench)
        victims = [(edge.polluters, edge.test) for edge in accusing(bench) if edge.confirmed]
        assert victims == [(("test_0.py::p",), "test_1.py::v")]


def accused_in(audits: int, model: Model) -> Counter[tuple[str, ...]]:
    """How often each set of polluters was accused, in so many audits with chances of their own."""
    seen = Counter[tuple[str, ...]]()
    for chance in range(audits):
        bench, _ = bench_for(model, chance=chance)
        settle(bench)
        seen.update(edge.polluters for edge in accusing(bench) if edge.confirmed)
    return seen


@pytest.mark.parametrize("place", ["a", "hidden"])
def test_a_flaky_victim_is_blamed_on_nobody_else(place: str) -> None:
    """It fails in one run of ten whatever ran before, and always behind its polluter."""
    tests = {"test_0.py::p": (write(place),), "test_1.py::v": (fails_if(**{place: "1"}), fails_by_chance(0.1))}
    seen = accused_in(60, with_bystanders(tests, many=12))
    assert set(seen) <= {("test_0.py::p",)}
    assert seen["test_0.py::p",] >= 10


@pytest.mark.parametrize("place", ["a", "hidden"])
def test_a_polluter_that_leaks_in_nine_runs_of_ten_is_the_only_one_accused(place: str) -> None:
    tests = {"test_0.py::p": (fails_by_chance(0.1), write(place)), "test_1.py::v": (fails_if(**{place: "1"}),)}
    seen = accused_in(60, with_bystanders(tests, many=12))
    assert set(seen) <= {("test_0.py::p",)}
    assert seen["test_0.py::p",] >= 10
