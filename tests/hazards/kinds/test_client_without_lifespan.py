"""LK502 of hand-made sightings."""

from __future__ import annotations

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.client_without_lifespan import Hazard
from leakcheck.records import Sighting, Source


def sighting(source: Source, module: str = "shop.main") -> Sighting:
    return Sighting("LK502", "asked", f"{module}:app", "", source, (f"{module}:lifespan",))


def test_it_is_told_where_the_client_was_made() -> None:
    made = sighting(line(5, phase="import"))
    (told,) = Hazard().found(seen(run("a", made), run("b", made)))
    assert (told.title, told.line) == ("TestClient without `with`: shop.main:app never started", 5)
    assert told.why == "Requests reach the application although shop.main:lifespan did not run."
    assert told.tests == ("test_a.py::a", "test_a.py::b")
    assert told.fixture == "tests/test_a.py", "the file at whose import it is made"


def test_what_did_not_run_is_of_the_application_that_is_named_where_one_line_makes_clients_for_several() -> None:
    helper = line(5)
    (told,) = Hazard().found(seen(run("a", sighting(helper)), run("b", sighting(helper, "shop.admin"))))
    assert told.title == "TestClient without `with`: shop.main:app and 1 more never started"
    assert told.why == "Requests reach the application although shop.main:lifespan did not run."
    assert told.tests == ("test_a.py::a", "test_a.py::b")
