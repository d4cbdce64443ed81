"""Many tests that depend on one location are one question: its price, and that nobody is accused for company."""

from __future__ import annotations

from collections import Counter
from typing import Any

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.records import Company, Edge, Location, Order, Printed, PutBack
from leakcheck.records.questions import put_back_before, puts_back
from leakcheck.search.causes import FEWEST, together
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, Step, bench_for, fails_by_chance, fails_if, fails_unless, look, write

VICTIMS = {f"test_{number % 4}.py::v{number}": (fails_if(a="1"),) for number in range(40)}
POLLUTERS = {f"test_9.py::p{number}": (write("a"),) for number in range(10)}
PLACES = (Location("app_state", "shop.main:app", "a"),)
OTHERS = {f"test_{number % 4}.py::o{number}": (look(f"k{number}"),) for number in range(50)}


def settled(tests: dict[str, tuple[Step, ...]], **options: Any) -> tuple[AuditSession, ModelEngine]:
    bench, engine = bench_for(Model(tests), **options)
    settle(bench)
    return bench, engine


def pairs(edges: list[Edge]) -> set[tuple[str, str]]:
    return {(edge.polluters[0], edge.test) for edge in edges}


def test_the_cost_grows_with_causes_and_not_with_pairs() -> None:
    bench, engine = settled({**VICTIMS, **OTHERS, **POLLUTERS})
    edges = accusing(bench)
    assert pairs(edges) == {(polluter, victim) for polluter in POLLUTERS for victim in VICTIMS}
    assert all(edge.confirmed and edge.counterfactual for edge in edges)
    asked = Counter(type(order.question) for order in engine.ran)
    assert (asked[Printed], asked[PutBack]) == (1, 2)  # the counterfactual and its placebo
    assert sum(1 for order in engine.ran if len(order.tests) > 1 and order.kind != "isolated") < 35
    clean = {f"{test}x": (look("a"),) for test in VICTIMS}
    _, quiet = settled({**clean, **OTHERS})
    assert made_for_them(engine) - made_for_them(quiet) < 30


def made_for_them(engine: ModelEngine) -> int:
    """Executions beside those of tests alone."""
    return sum(order.kind != "isolated" for order in engine.ran)


def test_two_causes_are_two_questions() -> None:
    tests = {**VICTIMS, **{f"test_5.py::w{number}": (fails_unless(b="1"),) for number in range(8)}}
    bench, engine = settled({**tests, **POLLUTERS, "test_9.py::s": (write("b"),)})
    edges = accusing(bench)
    assert all(edge.confirmed and edge.counterfactual for edge in edges)
    assert {edge.effect for edge in edges if edge.polluters == ("test_9.py::s",)} == {"enables"}
    assert Counter(type(order.question) for order in engine.ran)[Printed] == 2


def test_members_of_a_cause_are_settled_where_other_values_stand_at_the_place_too() -> None:
    """Most of what is left there hurts nobody, so that not every run with a value in place tells of the cause: each
    member needs its own repetitions, and gets all of them."""
    victims = {f"test_1.py::v{number}": (fails_if(a="1"),) for number in range(3)}
    others = {f"test_9.py::o{number}": (write("a", str(number + 2)),) for number in range(6)}
    bench, _ = settled({**victims, **others, "test_8.py::p": (write("a"),)}, random=0)
    assert pairs(accusing(bench)) == {("test_8.py::p", victim) for victim in victims}
    assert all(edge.confirmed and edge.counterfactual for edge in accusing(bench))


def test_a_test_that_another_of_the_company_hurts_unseen_is_not_accused() -> None:
    """What `a` of the company leaves is seen by no probe, and `b` reads the location of the cause, without need."""
    company = {"test_0.py::a": (look("a"), write("hidden")), "test_0.py::b": (look("a"), fails_if(hidden="1"))}
    bench, _ = settled({**company, **VICTIMS, **POLLUTERS})
    mine = [edge for edge in accusing(bench) if edge.test == "test_0.py::b"]
    assert pairs([edge for edge in mine if edge.confirmed]) == {("test_0.py::a", "test_0.py::b")}


def test_a_member_that_fails_by_chance_is_not_accused() -> None:
    coins = {f"test_7.py::coin{number}": (look("a"), fails_by_chance(0.5)) for number in range(6)}
    for chance in range(5):
        bench, _ = settled({**VICTIMS, **coins, **POLLUTERS}, chance=chance, random=1)
        assert not [edge for edge in accusing(bench) if edge.test in coins and edge.confirmed]


def test_who_leaves_something_is_asked_alone_and_few_are_not_worth_an_order() -> None:
    loud = {f"test_6.py::l{number}": (fails_if(a="1"), write(f"own{number}")) for number in range(4)}
    bench, _ = settled({**loud, **VICTIMS, **POLLUTERS}, random=0)
    polluter = next(iter(POLLUTERS))
    assert together(bench, [Witness((polluter,), test) for test in loud]) == []
    some = [Witness((polluter,), test) for test in list(VICTIMS)[:FEWEST]]
    assert together(bench, some[1:]) == []
    (order,) = together(bench, some)
    assert order == Order(Company(1), (polluter, *list(VICTIMS)[:FEWEST]))
    edges = [edge for edge in accusing(bench) if edge.test in loud]
    assert pairs(edges) == {(each, test) for each in POLLUTERS for test in loud}
    assert all(edge.confirmed for edge in edges)


def test_in_company_locations_are_put_back_behind_the_makers() -> None:
    question = Company(2, PLACES)
    assert put_back_before(question, 7) == 2
    assert puts_back(question) == PLACES
    assert (put_back_before(PutBack(PLACES), 7), puts_back(Company(2))) == (6, ())
