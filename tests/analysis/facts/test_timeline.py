"""What stands in front of a test, where wider fixtures set values of their own."""

from __future__ import annotations

from analysis.made import OTHER, PLACE, alone, change, execution, name, ran, suite
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.timeline import timeline_of
from leakcheck.records import Execution, Renewed, TestItem

ITEMS = {name(test): TestItem(name(test), "test_a.py") for test in "abcd"} | {
    "test_b.py::e": TestItem("test_b.py::e", "test_b.py")
}


def in_place(made: Execution) -> list[str]:
    """What stood at the place in front of each run: a digest, or nothing."""
    timeline = timeline_of(made, ITEMS)
    found = (timeline.value(PLACE, number) for number in range(len(made.runs)))
    return ["" if each is None else each.digest for each in found]


def test_what_a_fixture_replaces_is_gone_in_front_of_its_own_test() -> None:
    fresh = (Renewed(PLACE, "module"),)
    made = execution("declared", ran("a", "passed", (), change()), ran("b", renewed=fresh), ran("c"))
    assert in_place(made) == ["", "", ""]


def test_what_was_consulted_before_it_was_replaced_stood_there() -> None:
    fresh = (Renewed(PLACE, "module", before=True),)
    made = execution("declared", ran("a", "passed", (), change()), ran("b", renewed=fresh), ran("c"))
    assert in_place(made) == ["", "d-blue", ""]


def test_a_fixtures_value_that_is_taken_away_is_a_leak_although_it_is_as_before_all_tests() -> None:
    """Who left something there before the fixture came is forgotten."""
    cleared = change(after="absent", before="good", over="session")
    made = execution(
        "declared",
        ran("a", "passed", (), change(after="bad", before="absent")),
        ran("b", renewed=(Renewed(PLACE, "session"),)),
        ran("c", "passed", (), cleared),
        ran("d"),
    )
    assert in_place(made) == ["", "", "", "d-absent"]


def test_what_was_done_to_a_modules_value_ends_with_the_module() -> None:
    cleared = change(after="absent", before="good", over="module", reach="module")
    fresh = (Renewed(PLACE, "module"),)
    runs = (ran("a", "passed", (), cleared, renewed=fresh), ran("b"), ran("test_b.py::e"))
    assert in_place(execution("declared", *runs)) == ["", "d-absent", ""]


def test_who_reads_behind_its_own_fixture_meets_what_is_done_to_the_fixtures_value_only() -> None:
    behind = (Renewed(PLACE, "session", behind=True), Renewed(OTHER, "session", behind=True))
    runs = [
        ran("a", "passed", (), change(over="session"), renewed=(Renewed(PLACE, "session"),)),
        ran("b", "passed", (), change(OTHER)),
        ran("c", renewed=behind),
    ]
    known = Knowledge.of([alone(run) for run in runs], suite("a", "b", "c"))
    assert [(pair.location, pair.reader) for pair in known.coverage.uncovered] == [(PLACE, name("c"))]
    met = execution("pairs", runs[0], ran("c", "passed", (PLACE,)))
    known.add([met])
    assert known.coverage.uncovered == ()
    assert known.coverage.readers == {(PLACE, "d-blue"): [name("c")]}
