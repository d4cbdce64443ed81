"""How tests are taken to behave alone, where only the declared order has shown them."""

from __future__ import annotations

from leakcheck.analysis.facts.taken import first_leavers, taken_from
from leakcheck.analysis.facts.timeline import timeline_of
from leakcheck.records import Change, Execution, Location, Order, TestRun, Whole

PLACE, OTHER = Location("environ", "os", "A"), Location("environ", "os", "B")


def change(place: Location, digest: str, before: str = "absent") -> Change:
    return Change(place, before, digest, digest, before, cause="")


RUNS = (
    TestRun("a", "passed", changes=(change(PLACE, "1"),)),
    TestRun("b", "passed", reads=(PLACE,), changes=(change(PLACE, "absent", "1"), change(OTHER, "2"))),
    TestRun("c", "failed", reads=(OTHER,)),
)
TIMELINE = timeline_of(Execution("e00001", Order(Whole(), ("a", "b", "c")), "finished", RUNS), {})


def test_they_do_as_they_did_in_company() -> None:
    found = taken_from(TIMELINE, ("a", "b"))
    assert found["a"].good
    assert found["a"].in_row
    assert [each.location for each in found["a"].changes] == [PLACE]
    assert found["b"].reads == {PLACE}


def test_to_clean_up_is_no_leak() -> None:
    assert [each.location for each in taken_from(TIMELINE, ("b",))["b"].changes] == [OTHER]


def test_who_failed_and_who_is_not_asked_about_is_taken_for_nothing() -> None:
    assert taken_from(TIMELINE, ("b", "c")).keys() == {"b"}


def test_each_place_has_one_who_was_first() -> None:
    assert first_leavers(TIMELINE) == {PLACE: "a", OTHER: "b"}
