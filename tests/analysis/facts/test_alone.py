"""What a row tells of its tests."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import PLACE, alone, change, name, ran
from leakcheck.analysis.facts.alone import alone_first, solos
from leakcheck.analysis.facts.profiles import profiles_of
from leakcheck.analysis.facts.same_order import same_orders
from leakcheck.records import Execution, Note, Order, Row, TestRun
from leakcheck.records.topics import Topic

LEFT = Note(Topic.LEFT, "")


def row(*runs: TestRun, left: bool = False, more: tuple[str, ...] = ()) -> Execution:
    """An execution of a row that came as far as `runs`."""
    tests = (*(run.test for run in runs), *map(name, more))
    order = Order(Row(), tests, collect=("test_a.py",))
    return Execution("e00001", order, "finished", runs, notes=(LEFT,) if left else ())


def test_who_left_nothing_behind_such_is_as_good_as_alone() -> None:
    shown = list(solos(row(ran("a"), ran("b"), ran("c"))))
    assert [(each.test, each.in_row) for each in shown] == [
        (name("a"), False),
        (name("b"), True),
        (name("c"), True),
    ]


def test_who_ended_the_row_is_not() -> None:
    ended = row(ran("a"), ran("b"), ran("c", "failed"), left=True, more=("d",))
    assert [each.test for each in solos(ended)] == [name("a"), name("b")]
    crashed = replace(row(ran("a"), ran("b", "crashed")), status="crashed")
    assert [each.test for each in solos(crashed)] == [name("a")]


def test_the_first_is_alone_whatever_it_left() -> None:
    left = change(PLACE)
    ended = replace(row(ran("a", "failed"), left=True, more=("b",)), deep=(replace(left, cause=name("a")),))
    (first,) = solos(ended)
    assert (first.outcome, [each.location for each in first.deep], first.in_row) == ("failed", [PLACE], False)


def test_what_a_test_changed_elsewhere_is_its_own() -> None:
    changes = tuple(replace(change(PLACE), cause=name(test)) for test in "ab")
    first, second = solos(replace(row(ran("a"), ran("b")), deep=changes))
    assert [each.cause for each in first.deep] == [name("a")]
    assert [each.cause for each in second.deep] == [name("b")]


def test_a_run_alone_overrides_a_row() -> None:
    executions = [row(ran("a"), ran("b")), alone(ran("b", "failed"))]
    profiles = profiles_of(executions)
    assert (profiles[name("b")].outcomes, profiles[name("b")].in_row) == (("failed",), False)
    assert not profiles[name("a")].in_row
    assert profiles_of(executions[:1])[name("b")].in_row
    assert [each.in_row for each in alone_first(executions)] == [False, False, True]


def test_a_row_is_no_order_as_it_is_behind_its_first() -> None:
    """All fixtures are torn down in between: where another execution disagrees, no chance is the reason."""
    assert not same_orders([row(ran("a"), ran("b")), row(ran("a"), ran("b", "failed"))]).wavering()
    assert same_orders([row(ran("a"), ran("b")), row(ran("a", "failed"), left=True)]).wavering()
