"""LK509 and LK510 of hand-made sightings."""

from __future__ import annotations

from dataclasses import replace

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds import changed_fixture_value, used_in_two_loops
from leakcheck.records import Location, Sighting


def test_a_lock_in_two_loops_is_told_where_it_is_made() -> None:
    source = line(7, phase="import", file="shop/stock.py")
    used = Sighting("LK509", "used", "", "", source, ("Lock",))
    (told,) = used_in_two_loops.Hazard().found(seen(run("a"), run("b", used), run("c", used)))
    assert told.title == "One asyncio.Lock is used in several event loops"
    assert (told.file, told.line, told.fixture) == ("shop/stock.py", 7, "shop/stock.py")
    assert told.tests == ("test_a.py::b", "test_a.py::c")


def test_a_value_that_tests_change_is_told_at_its_fixture() -> None:
    source = replace(line(11, fixture="prices", phase="setup"), scope="module")
    changed = Sighting("LK510", "changed", "", "prices", source, ("dict",))
    (told,) = changed_fixture_value.Hazard().found(seen(run("a", changed)))
    assert told.title == "Tests change the value of the module fixture prices"
    assert told.place == Location("fixture_values", "tests/test_a.py::prices", "")
    assert told.fixture == "tests/test_a.py::prices"
