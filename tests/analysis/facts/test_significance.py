"""How sure is sure: the stated probability of accusing a test that tosses coins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leakcheck.analysis.facts.significance import ALPHA, by_chance, missing, repeats


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.001, 0.999))
def test_no_coin_does_better(failed: int, passed: int, odds: float) -> None:
    assert odds**failed * (1 - odds) ** passed <= by_chance(failed, passed) * (1 + 1e-9)


@given(st.integers(0, 9))
def test_one_side_alone_proves_nothing(times: int) -> None:
    """A test that always fails, or never, is no coin that was caught."""
    assert by_chance(times, 0) == by_chance(0, times) == 1.0


def test_so_many_repeats_are_enough_and_no_fewer() -> None:
    assert by_chance(repeats(), repeats()) <= ALPHA < by_chance(repeats() - 1, repeats() - 1)


@given(st.integers(0, 8), st.integers(0, 8))
def test_no_fewer_runs_than_are_missing_exclude_chance(failed: int, passed: int) -> None:
    behind, without = missing(failed, passed)
    assert by_chance(failed + behind, passed + without) <= ALPHA
    fewer = ((one, behind + without - 1 - one) for one in range(behind + without))
    assert all(by_chance(failed + one, passed + other) > ALPHA for one, other in fewer)
