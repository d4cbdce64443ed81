"""What is executed to prove a fix."""

from __future__ import annotations

from analysis.made import PLACE, name, suite
from leakcheck.audit.fixing.questions import witnesses
from leakcheck.fixes.causes import Cause
from leakcheck.records import Alone, Behind, Edge, Effect, Leak

SUITE = suite("writes", "hurt", "other", "test_b.py::elsewhere")
LEAK = Leak("L1", PLACE, "broken", (name("writes"),), (name("hurt"),), (), (), "red", "blue")


def edge(by: str, test: str, effect: Effect) -> Edge:
    return Edge((by,), name(test), effect, "L1", (by, name(test)), True, True, "")


def asked(*edges: Edge, beside: str = "") -> list[tuple[object, tuple[str, ...], tuple[str, ...]]]:
    cause = Cause((LEAK,), edges, beside=beside)
    return [(type(each.question), each.tests, each.collect) for each in witnesses(cause, SUITE)]


def test_a_victim_runs_behind_its_polluter() -> None:
    assert asked(edge(name("writes"), "hurt", "breaks")) == [(Behind, (name("writes"), name("hurt")), ())]


def test_a_brittle_test_runs_alone_first() -> None:
    assert asked(edge(name("writes"), "hurt", "enables")) == [
        (Alone, (name("hurt"),), ("test_a.py",)),
        (Behind, (name("writes"), name("hurt")), ()),
    ]


def test_who_pollutes_itself_runs_twice() -> None:
    found = witnesses(Cause((LEAK,), (edge(name("hurt"), "hurt", "breaks"),)), SUITE)
    assert [each.question for each in found] == [Alone(again=True)]


def test_what_an_import_leaves_is_met_behind_the_import() -> None:
    assert asked(edge("test_b.py", "hurt", "breaks")) == [(Behind, (name("hurt"),), ("test_a.py", "test_b.py"))]


def test_what_hurts_nobody_is_looked_at_behind_who_leaves_it() -> None:
    assert asked(beside=name("other")) == [(Behind, (name("writes"), name("other")), ())]
    assert asked() == [(Alone, (name("writes"),), ("test_a.py",))]
