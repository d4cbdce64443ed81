"""What orders are expected to show that somebody else runs."""

from __future__ import annotations

from collections.abc import Sequence

from leakcheck.analysis.facts.elsewhere import Cleared, cleared_in, expected_timelines
from leakcheck.analysis.facts.timeline import LeftValue, timeline_of
from leakcheck.records import Change, Execution, Location, Order, TestRun, Whole

A, B = Location("client_cookies", "client", "a"), Location("client_cookies", "client", "b")
ELSEWHERE = Location("client_cookies", "another", "a")


def change(place: Location, digest: str, before: str = "absent") -> Change:
    return Change(place, before, digest, digest, before)


DECLARED = Execution(
    "e00001",
    Order(Whole(), ("sets_a", "clears", "sets_b", "reads")),
    "finished",
    (
        TestRun("sets_a", "passed", changes=(change(A, "1"),)),
        TestRun("clears", "passed", changes=(change(A, "absent", "1"),)),
        TestRun("sets_b", "passed", changes=(change(B, "2"), change(ELSEWHERE, "3"))),
        TestRun("reads", "passed", reads=(A, B)),
    ),
)


def there(*tests: str, cleared: Cleared | None = None) -> Sequence[tuple[Location, LeftValue]]:
    """What the last of `tests` is expected to meet."""
    (timeline,) = expected_timelines(DECLARED, [tests], cleared or {}, {})
    return sorted(timeline.at(len(tests) - 1).items())


def test_tests_leave_what_they_left_in_the_declared_order() -> None:
    assert there("sets_a", "reads") == [(A, LeftValue("1", "sets_a"))]
    assert there("sets_a", "clears", "reads") == []


def test_who_cleans_where_nothing_stands_yet_hides_nothing_of_what_comes_later() -> None:
    """What it took away in the declared order is not what stood there before anybody came."""
    assert there("clears", "sets_a", "reads") == [(A, LeftValue("1", "sets_a"))]


def test_who_took_away_one_key_is_expected_to_take_all_of_that_owner() -> None:
    assert (B, LeftValue("2", "sets_b")) in there("sets_b", "clears", "reads")
    cleared = cleared_in([timeline_of(DECLARED, {})])
    assert cleared == {"clears": frozenset({("client_cookies", "client")})}
    assert there("sets_b", "clears", "reads", cleared=cleared) == [(ELSEWHERE, LeftValue("3", "sets_b"))]


def test_who_did_not_run_in_the_declared_order_is_expected_to_do_nothing() -> None:
    assert there("unknown", "sets_a", "reads") == there("sets_a", "reads")
