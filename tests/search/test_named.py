"""Whom it hurts besides: what only a deep look has named is put in front of everybody."""

from __future__ import annotations

from leakcheck.records import Crowd, Location
from leakcheck.search.named import PARTS
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, bench_for, clean, fails_if, look, write

PLACE = Location("module_globals", "shop", "foreign_a")
SETTERS = {f"test_{number}.py::s{number}": (write("foreign_a", "2"),) for number in range(0, 12, 2)}
VICTIMS = {f"test_{number}.py::v{number}": (fails_if(foreign_a="1"),) for number in range(1, 12, 2)}
IN_TURN = [each for pair in zip(SETTERS.items(), VICTIMS.items(), strict=True) for each in pair]
POLLUTER = {"test_99.py::p": (write("foreign_a"),)}


def test_all_who_come_behind_those_who_set_it_anew_are_found_too() -> None:
    """No order that people run shows more than one of them."""
    bench, engine = bench_for(Model(dict([*IN_TURN, *POLLUTER.items()])), random=1)
    settle(bench)
    assert {edge.test for edge in accusing(bench)} == VICTIMS.keys()
    assert {locations for edge, locations in bench.edges() if edge.effect == "breaks"} == {(PLACE,)}
    crowds = [order for order in engine.ran if isinstance(order.question, Crowd) and PLACE in order.watch]
    assert 0 < len(crowds) <= sum(PARTS)


def test_what_is_looked_at_in_every_order_is_not_asked_again() -> None:
    tests = {"t.py::v": (fails_if(global_a="1"),), "t.py::w": (look("a"),), "t.py::p": (write("global_a"),)}
    bench, engine = bench_for(Model(tests))
    settle(bench)
    assert [edge.test for edge in accusing(bench)] == ["t.py::v"]
    assert not [order for order in engine.ran if isinstance(order.question, Crowd)]


def test_who_passes_behind_it_is_not_accused() -> None:
    tests = {
        "t.py::c": (clean("foreign_a"),),
        "t.py::q": (look("foreign_a"),),
        "t.py::v": (fails_if(foreign_a="1"),),
        "t.py::p": (write("foreign_a"),),
    }
    bench, _ = bench_for(Model(tests), random=1)
    settle(bench)
    assert {edge.test for edge in accusing(bench)} == {"t.py::v"}
