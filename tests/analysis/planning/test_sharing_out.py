"""Whatever the edges are, none acts in any share, or it is told which one may."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.analysis.planning.constraints import Constraints, constraints_of
from leakcheck.analysis.planning.sharing_out import Shares, share_out
from leakcheck.records import Edge, Effect, Leak, Location

TESTS = tuple(f"test_{number // 5}.py::test_{number}" for number in range(20))
A, B, C, D, E, *REST = TESTS


def edge(effect: Effect, *names: str, leak: str | None = None) -> Edge:
    """The last of `names` is whom it is about."""
    return Edge(names[:-1], names[-1], effect, leak, names, True, True, "")


def leak(name: str, kind: str) -> Leak:
    return Leak(name, Location(kind, "o", "k"), "broken", (), (), (), (), "", "")


def shared(*edges: Edge, number: int = 2, leaks: Sequence[Leak] = (), tests: Sequence[str] = TESTS) -> Shares:
    return share_out(tests, dict.fromkeys(tests, 1.0), number, constraints_of(tests, edges, leaks))


def acts(each: Edge, sequence: Sequence[str]) -> bool:
    """Whether an edge can act in this sequence."""
    if each.test not in sequence:
        return False
    before = sequence[: sequence.index(each.test)]
    if each.effect == "enables":
        return not set(each.polluters) <= set(before)
    return set(each.polluters) <= set(before)


def test_a_polluter_comes_behind_its_victim_even_in_one_process() -> None:
    found = shared(edge("breaks", A, E), number=1)
    assert not acts(edge("breaks", A, E), found.tests[0])
    assert found.unkept == ()


def test_a_brittle_test_comes_right_behind_who_sets_it_up() -> None:
    found = shared(edge("enables", E, A), number=3)
    (sequence,) = (each for each in found.tests if A in each)
    assert sequence.index(A) == sequence.index(E) + 1


def test_of_those_who_set_it_up_the_one_is_chosen_that_it_does_not_hurt() -> None:
    found = shared(edge("enables", A, C), edge("enables", D, C), edge("breaks", A, C), number=1)
    (sequence,) = found.tests
    assert sequence.index(D) < sequence.index(C) < sequence.index(A)


def test_two_that_hurt_each_other_are_kept_apart() -> None:
    edges = (edge("breaks", A, B), edge("breaks", B, A))
    found = shared(*edges)
    assert not any(acts(each, sequence) for each in edges for sequence in found.tests)
    assert {A in sequence for sequence in found.tests} == {True, False}
    assert shared(*edges, number=1).unkept != ()


def test_state_outside_of_the_process_keeps_them_together_and_in_sequence() -> None:
    found = shared(edge("breaks", A, E, leak="L1"), number=4, leaks=[leak("L1", "files")])
    (sequence,) = (each for each in found.tests if A in each)
    assert sequence.index(E) < sequence.index(A)


def test_what_an_import_breaks_no_plan_can_help() -> None:
    found = constraints_of(TESTS, [edge("breaks", "test_9.py", A)], [])
    assert found == Constraints({}, (), (A,))


def test_small_files_stay_whole_and_shares_are_even() -> None:
    tests = tuple(f"test_{number // 2}.py::test_{number}" for number in range(32))
    found = shared(number=4, tests=tests)
    assert set(map(len, found.tests)) == {8}
    assert all(len({test.partition("::")[0] for test in sequence}) == 4 for sequence in found.tests)
    assert max(map(len, shared(number=4).tests)) == 5


def test_who_is_polluted_by_himself_or_only_reads_is_bound_to_nobody() -> None:
    assert (
        constraints_of(TESTS, [edge("breaks", A, A), edge("reads", A, B), edge("cleans", A, B)], []).bound == set()
    )


def test_more_processes_than_tests_leave_some_without() -> None:
    found = shared(number=4, tests=TESTS[:2])
    assert sorted(map(len, found.tests)) == [0, 0, 1, 1]


def test_long_chains_are_no_trouble() -> None:
    tests = tuple(f"test_a.py::test_{number}" for number in range(3_000))
    edges = [edge("breaks", early, late) for early, late in pairwise(tests)]
    (sequence,) = shared(*edges, number=1, tests=tests).tests
    assert sequence == tests[::-1]


NAMES = st.sampled_from(TESTS)
EDGES = st.lists(
    st.tuples(st.sampled_from(["breaks", "enables"]), st.lists(NAMES, min_size=2, max_size=3, unique=True)),
    max_size=14,
)


@pytest.mark.parametrize("number", [1, 2, 4])
@given(drawn=EDGES)
def test_no_edge_acts_but_those_that_are_told(number: int, drawn: list[tuple[Effect, list[str]]]) -> None:
    edges = [edge(effect, *names) for effect, names in drawn]
    found = shared(*edges, number=number)
    assert sorted(test for sequence in found.tests for test in sequence) == sorted(TESTS)
    if found.unkept:
        return
    for each in edges:
        for sequence in found.tests:
            others = [one for one in edges if one.effect == "enables" and one.test == each.test]
            if each.effect == "enables":
                assert each.test not in sequence or not all(acts(one, sequence) for one in others)
            else:
                assert not acts(each, sequence)
