"""Which fixes free whom, from hand-made edges and leaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import FILE, name, suite
from leakcheck.analysis.advice.by_kind import AT_ONCE
from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.fix_plan import fixes_of
from leakcheck.analysis.graph.groups import groups_of
from leakcheck.records import Edge, Effect, Fix, JointFix, Leak, Location, Source
from leakcheck.reports.wording.fix_sentences import where
from watched import OWN

COLOUR, SHAPE, SIZE = (Location("app_state", "shop:app", key) for key in ("colour", "shape", "size"))
LIMIT, RATE = (Location("module_globals", "shop.rules", key) for key in ("LIMIT", "RATE"))
SUITE = suite("p", "q", "r", "v", "w", "b")
P, Q, R, V, W, B = SUITE.ids


def leak(number: int, location: Location, *polluters: str, fixture: str = "") -> Leak:
    source = Source(
        FILE, number, "f", "setup" if fixture else "call", fixture or None, "function" if fixture else None
    )
    return Leak(f"L{number}", location, "broken", polluters, (), (), (source,), "a", "b", kind=OWN[location.kind])


def edge(test: str, *polluters: str, at: tuple[Location, ...], effect: Effect = "breaks") -> Carried:
    return Edge(polluters, test, effect, None, (*polluters, test), True, True, "pytest"), at


def fixes(
    edges: list[Carried], *leaks: Leak, cured: tuple[Location, ...] = ()
) -> tuple[dict[str, Fix], tuple[JointFix, ...]]:
    """The fixes by what they end, and the joint ones; each of `cured` was put back alone, and that helped."""
    profiles = {test: SoloProfile(test, ("passed",)) for test in SUITE.ids}
    witnesses = [Witness(found.polluters, found.test) for found, _ in edges]
    restored = {(witness, (location,)): ("passed",) for witness in witnesses for location in cured}
    single, joint = fixes_of(edges, leaks, SUITE, Evidence(profiles, restored=restored))  # type: ignore[arg-type]
    assert [fix.id for fix in single] == [f"F{number}" for number in range(1, len(single) + 1)]
    return {",".join(fix.leaks) or fix.frees[0]: fix for fix in single}, joint


def test_one_leak_of_many_polluters_is_one_fix() -> None:
    edges = [edge(V, P, at=(COLOUR,)), edge(V, Q, at=(COLOUR,)), edge(W, P, at=(COLOUR,))]
    found, joint = fixes(edges, leak(1, COLOUR, P, Q))
    assert found["L1"].frees == (V, W)
    assert found["L1"].touches == ()
    assert (found["L1"].file, found["L1"].line, found["L1"].fixture) == (FILE, 1, None)
    assert found["L1"].advice.startswith("Build a fresh app per test")
    assert joint == ()


def test_what_one_line_leaves_has_one_fix() -> None:
    both = leak(1, COLOUR, P), replace(leak(2, SHAPE, P), sources=leak(1, COLOUR, P).sources)
    found, _ = fixes([edge(V, P, at=(COLOUR,)), edge(W, P, at=(SHAPE,))], *both)
    assert [(fix.leaks, fix.frees) for fix in found.values()] == [(("L1", "L2"), (V, W))]


def test_independent_polluters_need_a_fix_each() -> None:
    edges = [edge(V, P, at=(COLOUR,)), edge(V, Q, at=(SHAPE,)), edge(W, Q, at=(SHAPE,))]
    found, joint = fixes(edges, leak(1, COLOUR, P), leak(2, SHAPE, Q))
    assert list(found) == ["L2", "L1"]
    assert (found["L2"].frees, found["L2"].touches) == ((W,), (V,))
    assert (found["L1"].frees, found["L1"].touches) == ((), (V,))
    assert joint == (JointFix((V,), ("F1", "F2"), True),)


def test_of_polluters_that_hurt_only_together_one_fix_is_enough() -> None:
    found, joint = fixes([edge(V, P, Q, at=(COLOUR,))], leak(1, COLOUR, P), leak(2, COLOUR, Q))
    assert found["L1"].frees == found["L2"].frees == (V,)
    assert joint == ()


def test_each_of_several_proven_locations_is_enough() -> None:
    both = leak(1, COLOUR, P), leak(2, SHAPE, P)
    found, joint = fixes([edge(V, P, at=(COLOUR, SHAPE))], *both, cured=(COLOUR, SHAPE))
    assert found["L1"].frees == found["L2"].frees == (V,)
    assert joint == ()


def test_locations_that_only_cure_together_are_fixed_together() -> None:
    found, joint = fixes([edge(V, P, at=(LIMIT, RATE))], leak(1, LIMIT, P), leak(2, RATE, P))
    assert {key: (fix.frees, fix.touches) for key, fix in found.items()} == {"L1": ((), (V,)), "L2": ((), (V,))}
    assert joint == (JointFix((V,), ("F1", "F2"), True),)


def test_a_fixture_that_leaks_two_things_is_one_fix() -> None:
    both = leak(1, COLOUR, P, Q, fixture="shop"), leak(2, SHAPE, P, Q, fixture="shop")
    found, joint = fixes([edge(V, P, at=(COLOUR,)), edge(V, Q, at=(SHAPE,))], *both)
    assert found["L1,L2"].frees == (V,)
    assert found["L1,L2"].fixture == "shop"
    assert joint == ()


def test_fixtures_of_one_name_that_serve_different_tests_are_two() -> None:
    found, _ = fixes(
        [edge(V, P, at=(COLOUR,)), edge(W, Q, at=(SHAPE,))],
        leak(1, COLOUR, P, fixture="shop"),
        leak(2, SHAPE, Q, fixture="shop"),
    )
    assert set(found) == {"L1", "L2"}


def test_a_brittle_test_is_fixed_in_its_place_and_exposed_by_the_other_fix() -> None:
    edges = [edge(V, P, at=(COLOUR,)), edge(B, P, at=(COLOUR,), effect="enables")]
    found, joint = fixes(edges, leak(1, COLOUR, P))
    assert (found["L1"].frees, found["L1"].exposes) == ((V,), (B,))
    assert found[B].frees == (B,)
    assert found[B].leaks == ()
    assert found[B].advice.startswith("Let the test make the state")
    assert joint == ()


@pytest.mark.parametrize(("known", "fix"), [((), ()), ((edge(V, Q, at=(COLOUR,)),), ("F1",))])
def test_what_no_known_fix_frees_is_told(known: tuple[Carried, ...], fix: tuple[str, ...]) -> None:
    _, joint = fixes([edge(V, P, at=()), *known], leak(1, COLOUR, Q))
    assert joint == (JointFix((V,), fix, False),)


def test_a_self_polluting_test_is_freed_by_fixing_what_it_leaves() -> None:
    found, _ = fixes([edge(V, V, at=(COLOUR,))], leak(1, COLOUR, V))
    assert found["L1"].frees == (V,)


def test_an_import_leak_is_fixed_in_its_file() -> None:
    found, _ = fixes([edge(V, "test_b.py", at=(COLOUR,))], replace(leak(1, COLOUR, "test_b.py"), sources=()))
    assert (found["L1"].file, found["L1"].line, found["L1"].frees) == ("test_b.py", 0, (V,))


def test_what_is_not_confirmed_asks_for_no_fix() -> None:
    suspected, at = edge(V, P, at=(COLOUR,))
    assert fixes([(replace(suspected, confirmed=False), at)], leak(1, COLOUR, P)) == ({}, ())


def test_the_fix_that_frees_most_comes_first_then_the_one_that_touches_most() -> None:
    edges = [
        edge(V, P, at=(COLOUR,)),
        edge(V, Q, at=(SHAPE,)),
        edge(W, Q, at=(SHAPE,)),
        edge(W, R, at=(SIZE,)),
        edge(B, R, at=(SIZE,)),
    ]
    found, joint = fixes(edges, leak(1, COLOUR, P), leak(2, SHAPE, Q), leak(3, SIZE, R))
    assert list(found) == ["L3", "L2", "L1"]
    assert joint == (JointFix((V,), ("F2", "F3"), True), JointFix((W,), ("F1", "F2"), True))


def test_a_fix_tells_how_many_lines_it_ends_and_where_a_third_party_wrote_them_all_at_once() -> None:
    one = leak(1, LIMIT, P, Q)
    many = replace(one, internal=True, sources=(*one.sources, Source(FILE, 2, "g", "call")))
    edges = [edge(V, P, at=(LIMIT,)), edge(V, Q, at=(LIMIT,))]
    own, others = (fixes(edges, each)[0]["L1"] for each in (one, many))
    assert (own.lines, own.advice == AT_ONCE) == (1, False)
    assert (others.lines, others.advice, others.frees) == (2, AT_ONCE, (V,))
    assert where(others) == "test_a.py:1 and 1 other line"


# Groups ---------------------------------------------------------------------------------------------------------


def hurts(*pairs: str) -> list[Edge]:
    return [edge(name(pair[1]), name(pair[0]), at=())[0] for pair in pairs]


def test_tests_that_hurt_one_another_are_a_group() -> None:
    assert groups_of(hurts("pq", "qr", "rp", "vw", "wv", "pv")) == ((P, Q, R), (V, W))


def test_no_circle_no_group() -> None:
    assert groups_of(hurts("pq", "qr", "pp")) == ()


def test_suspicion_and_cleaning_close_no_circle() -> None:
    to, back = hurts("pq", "qp")
    assert groups_of([to, replace(back, confirmed=False)]) == ()
    assert groups_of([to, replace(back, effect="cleans")]) == ()
