"""When a further random order promises nothing."""

from __future__ import annotations

from analysis.made import OTHER, PLACE, alone, change, execution, ran
from leakcheck.analysis.facts.discoveries import expected_news, is_another_worth_while, random_pairs
from leakcheck.records import Execution, TestRun, Whole

READS, LEAVES = ran("a", "passed", (PLACE,)), ran("b", "passed", (), change())


def order(seed: int, *runs: TestRun) -> Execution:
    return execution(Whole("random", seed), *runs)


def backwards(seed: int, *runs: TestRun) -> Execution:
    return execution(Whole("random", seed, backwards=True), *runs)


KNOWN = [alone(READS), alone(LEAVES), execution("declared", READS, LEAVES), execution("reversed", LEAVES, READS)]


def test_what_shows_nothing_new_ends_it() -> None:
    found = [*KNOWN, order(1, READS, LEAVES), backwards(1, LEAVES, READS)]
    assert random_pairs(found) == 1
    assert not is_another_worth_while(found)
    assert expected_news(found) == 0.0


def test_an_outcome_a_reader_or_a_leak_is_news_whatever_has_shown_before() -> None:
    failed = ran("a", "failed", (PLACE,))
    reads, leaves = ran("b", "passed", (PLACE,), change()), ran("a", "passed", (), change(OTHER))
    for new in (failed, reads, leaves):
        found = [*KNOWN, order(1, READS, LEAVES), backwards(1, LEAVES, new)]
        assert is_another_worth_while(found)
        more = [*found, order(2, READS, LEAVES), backwards(2, LEAVES, READS)]
        assert not is_another_worth_while(more)  # one thing that one order of six has shown
        assert 0 < expected_news(more) <= 1 / 6


def test_who_reads_what_nobody_leaves_and_who_leaves_what_all_would_is_no_news() -> None:
    """What the first use of a thing reads, or makes, is of whoever comes first."""
    for first in (ran("a", "passed", (PLACE, OTHER)), ran("a", "passed", (PLACE,), change())):
        found = [*KNOWN, order(1, READS, LEAVES), backwards(1, LEAVES, first)]
        assert not is_another_worth_while(found)
        assert expected_news(found) == 0.0


def test_much_that_was_seen_once_promises_more() -> None:
    """Good and Turing: what the next order shows is as likely new as what the orders before have shown once."""
    odd = [ran(f"t{number}", "passed", (PLACE,)) for number in range(6)]
    found = [*KNOWN, order(1, *odd), backwards(1, LEAVES), order(2, LEAVES), backwards(2, LEAVES)]
    assert expected_news(found) == 12 / 6  # outcomes and reads
    assert is_another_worth_while(found)


def test_what_a_test_shows_alone_is_not_seen_once() -> None:
    new = ran("c", "passed", (OTHER,))
    assert expected_news([*KNOWN, alone(new), order(1, READS, new)]) == 0.0
