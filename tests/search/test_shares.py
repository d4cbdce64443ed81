"""Shares are disjoint, together they are everything, and they are about alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Order, Suite, TestItem, Whole
from leakcheck.search.shares import orders_of, share_of, shares_of


def suite(*files: int) -> Suite:
    tests = (
        TestItem(f"test_{file}.py::t{number}", f"test_{file}.py")
        for file, count in enumerate(files)
        for number in range(count)
    )
    return Suite("/project", (), tuple(tests))


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 9), st.booleans())
def test_every_test_is_in_one_share(files: list[int], total: int, is_timed: bool) -> None:
    found = suite(*files)
    seconds = {test: float(len(test)) for test in found.ids[::2]} if is_timed else {}
    shares = shares_of(found, total, seconds)
    assert len(shares) == total
    assert sorted(test for share in shares for test in share) == sorted(found.ids)
    assert shares == [share_of(found, number, total, seconds) for number in range(1, total + 1)]


def test_they_are_alike_in_number() -> None:
    sizes = [len(share) for share in shares_of(suite(*range(1, 45)), 4)]
    assert max(sizes) - min(sizes) <= 4


def test_one_great_file_is_cut() -> None:
    sizes = [len(share) for share in shares_of(suite(400), 4)]
    assert max(sizes) - min(sizes) <= 16


def test_neighbours_stay_together() -> None:
    found = suite(*[16] * 8)
    files = [{test.partition("::")[0] for test in share} for share in shares_of(found, 4)]
    assert max(map(len, files)) <= 3


def test_recorded_durations_count() -> None:
    found = suite(10, 10)
    slow = {test: (30.0 if test.endswith("::t0") and "test_0" in test else 0.1) for test in found.ids}
    shares = shares_of(found, 2, slow)
    assert min(map(len, shares)) <= 5


def test_few_tests_leave_shares_empty() -> None:
    assert sorted(map(len, shares_of(suite(1, 1), 4))) == [0, 0, 1, 1]


def test_each_order_is_run_by_one() -> None:
    orders = [Order(Whole("random", seed), ("a", "b")) for seed in range(7)]
    dealt = [orders_of(orders, number, 3) for number in (1, 2, 3)]
    assert sorted(map(len, dealt)) == [2, 2, 3]
    assert {order for each in dealt for order in each} == set(orders)
