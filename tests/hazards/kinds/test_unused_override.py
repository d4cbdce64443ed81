"""LK501 of hand-made sightings."""

from __future__ import annotations

import pytest

from hazards.seen import line, run, seen
from leakcheck.hazards import Seen
from leakcheck.hazards.kinds.unused_override import Hazard
from leakcheck.records import Change, Finding, Location, Sighting, TestRun

USER = "shop.auth:get_user"
ALIKE = ("shop.auth:get_users",)


def sighting(what: str, number: int = 7, fixture: str | None = None, key: str = USER) -> Sighting:
    if what == "used":
        return Sighting("LK501", what, "", key, line(number, fixture))
    return Sighting("LK501", what, "shop.main:app", key, line(number, fixture), ALIKE, (f"/{number}",))


def found(*runs: TestRun) -> list[Finding]:
    return list(Hazard().found(seen(*runs)))


def test_one_that_nothing_depends_on() -> None:
    (told,) = found(run("a", sighting("nobody")))
    assert (told.code, told.severity, told.file, told.line) == ("LK501", "note", "tests/test_a.py", 7)
    assert told.title == f"No request used the override of {USER}"
    assert told.why == (
        "Nothing in shop.main:app depends on that callable. "
        "It depends on one that is called alike: shop.auth:get_users."
    )
    assert told.place == Location("dependency_overrides", "shop.main:app", USER)
    assert told.tests == ("test_a.py::a",)
    assert told.fixture == ""


def test_one_beside_the_routes() -> None:
    (told,) = found(run("a", sighting("aside")), run("b", sighting("nobody")))
    assert told.why.startswith("The routes that were requested while it stood do not depend on it: /7.")
    assert told.tests == ("test_a.py::a", "test_a.py::b")


@pytest.mark.parametrize("first", ["aside", "used"])
def test_who_sets_it_for_several_tests_needs_one_that_uses_it(first: str) -> None:
    others = {"aside": "used", "used": "aside"}
    assert found(run("a", sighting(first, fixture="user")), run("b", sighting(others[first], fixture="user"))) == []


def test_one_that_another_test_consults_behind_who_left_it_is_used() -> None:
    """Wherever that is: the observer did not see it where another mapping had taken FastAPI's place."""
    place = Location("dependency_overrides", "shop.main:app", USER)
    left = Change(place, "absent", "function fake", "1", sources=(line(7),))
    gone = Change(place, "function fake", "absent", "0", sources=(line(9),))
    sets = run("a", sighting("aside"), changes=(left,))
    reads = run("b", reads=(place,))
    clears = run("c", changes=(gone,))
    assert found(sets, reads) == []
    assert len(found(reads, sets)) == 1
    assert len(found(sets, clears, reads)) == 1
    (told,) = Hazard().found(Seen(seen(sets, reads).suite, ((sets,), (reads,))))
    assert told.line == 7


def test_one_of_an_application_that_was_not_asked() -> None:
    other = Sighting("LK501", "other", "shop.main:app", USER, line(7), ("tests/test_a.py:5",))
    (told,) = found(run("a", other))
    assert told.why == "Requests went to tests/test_a.py:5, the override is one of shop.main:app: each has its own."
    (told,) = found(run("a", other), run("b", sighting("nobody")))
    assert told.why.startswith("Nothing in shop.main:app depends on that callable."), "it was asked, too"
    assert found(run("a", other), run("b", sighting("used"))) == []


def test_each_line_and_each_key_is_one() -> None:
    runs = run("a", sighting("aside"), sighting("aside", 8)), run("b", sighting("used", key="shop.auth:other"))
    assert [told.line for told in found(*runs)] == [7, 8]


def test_it_is_about_the_fixture_that_sets_it() -> None:
    (told,) = found(run("a", sighting("nobody", fixture="user")))
    assert told.fixture == "tests/test_a.py::user"
