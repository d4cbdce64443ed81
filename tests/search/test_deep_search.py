"""What leaked where no probe tracks: named without a look where polluters leave it alone, once for everybody."""

from __future__ import annotations

from collections import Counter

import pytest

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.records import Company, DeepLook, DeepPutBack, Location, Pinpoint, Printed, PutBack
from leakcheck.records.questions import is_placebo, puts_back
from leakcheck.search.deep_search import left_alone
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.questions import Asked, Inquiry, ask
from search.model import Model, bench_for, fails_if, look, write

POLLUTERS = {f"test_9.py::p{number}": (write("global_a"), write(f"global_{number}")) for number in range(4)}
VICTIMS = {f"test_{number % 4}.py::v{number}": (fails_if(global_a="1"),) for number in range(20)}
PLACE = Location("module_globals", "shop", "global_a")


def test_many_victims_of_a_global_are_named_by_a_few_executions() -> None:
    bench, engine = bench_for(Model({**VICTIMS, **POLLUTERS}))
    settle(bench)
    assert {(edge.polluters[0], edge.test) for edge in accusing(bench)} == {
        (a, b) for a in POLLUTERS for b in VICTIMS
    }
    assert all(edge.confirmed and edge.counterfactual for edge in accusing(bench))
    assert {locations for edge, locations in bench.edges() if edge.effect == "breaks"} == {(PLACE,)}
    asked = Counter(type(order.question) for order in engine.ran)
    assert not asked[DeepLook]
    assert asked[Printed] == 1
    assert asked[Pinpoint] <= len(POLLUTERS)
    assert asked[DeepPutBack] < 20
    companies = [
        each.tests for each in engine.ran if isinstance(each.question, Company) and puts_back(each.question)
    ]
    assert {test for tests in companies for test in tests if test in VICTIMS} == VICTIMS.keys()


@pytest.mark.parametrize("other", ["global_b", "foreign_b"])
def test_of_tests_that_hurt_only_together_what_each_of_them_leaves_is_named(other: str) -> None:
    tests = {
        "t.py::v": (fails_if(**{"global_a": "1", other: "1"}),),
        "t.py::p": (write("global_a"), write("global_x")),
        "t.py::q": (write(other),),
    }
    bench, _ = bench_for(Model(tests))
    settle(bench)
    ((edge, locations),) = bench.edges()
    assert ({*edge.polluters}, edge.confirmed, edge.counterfactual) == ({"t.py::p", "t.py::q"}, True, True)
    assert {location.key for location in locations} == {"global_a", other}


def test_it_is_named_before_anything_is_repeated() -> None:
    bench, engine = bench_for(Model({**VICTIMS, **POLLUTERS}))
    settle(bench)
    named = next(number for number, order in enumerate(engine.ran) if isinstance(order.question, Pinpoint))
    assert not [order for order in engine.ran[:named] if order.kind == "confirm" and order.repeat]


@pytest.mark.parametrize("name", ["global_a", "a"], ids=["compared", "tracked"])
def test_what_a_placebo_cures_is_no_proof(name: str) -> None:
    """That values are kept is enough for the victim to pass: none of them is known to be the reason."""
    tests = {"test_1.py::v": (fails_if(**{name: "1"}),), "test_2.py::p": (write(name), write(f"{name}_too"))}
    bench, engine = bench_for(Model(tests))
    engine.frail = frozenset({name})
    settle(bench)
    ((edge, locations),) = bench.edges()
    assert (edge.confirmed, edge.counterfactual or False, locations) == (True, False, ())
    asked = [order.question for order in engine.ran if isinstance(order.question, PutBack | DeepPutBack)]
    assert sum(map(is_placebo, asked)) == 1
    assert len(asked) < 8


def test_what_tests_change_is_asked_once_whoever_comes_behind_them() -> None:
    bench, engine = bench_for(Model({**VICTIMS, **POLLUTERS, "test_8.py::o": (look("b"),)}))
    polluter, *_ = POLLUTERS
    witnesses = [Witness((polluter,), test) for test in VICTIMS]
    for question in (DeepLook(), Pinpoint((PLACE,))):
        count = len(engine.ran)
        for _ in range(2):
            ask(bench, "deep", [iter_of(Asked(each, question)) for each in witnesses])
        assert len(engine.ran) == count + 1
    assert PLACE in [change.location for change in bench.evidence().deep[polluter,]]
    assert bench.evidence().pinpointed_behind == {(polluter,): [(PLACE,)]}
    assert left_alone(bench, (polluter,)) == []


def iter_of(asked: Asked) -> Inquiry:
    yield [asked]
