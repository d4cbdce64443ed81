"""LK503, LK506 and LK507 of hand-made sightings."""

from __future__ import annotations

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds import client_in_loop, idle_handlers, left_by_import
from leakcheck.records import Location, Sighting


def test_a_call_inside_a_loop_is_told_once_for_its_line() -> None:
    called = Sighting("LK503", "called", "", "", line(4))
    (told,) = client_in_loop.Hazard().found(seen(run("a", called), run("b", called)))
    assert (told.line, told.tests) == (4, ("test_a.py::a", "test_a.py::b"))


def test_a_handler_that_never_runs_is_about_its_file() -> None:
    source = line(24, phase="import", file="shop/main.py")
    idle = Sighting("LK506", "idle", "shop.main:app", "shop.main:open_pool", source, ("shop.main:lifespan",))
    (told,) = idle_handlers.Hazard().found(seen(run("a"), before=(idle,)))
    assert told.title == "The handler shop.main:open_pool never runs"
    assert told.why == "shop.main:app has the lifespan shop.main:lifespan, and then nobody calls handlers."
    assert (told.fixture, told.tests) == ("shop/main.py", ())


def test_what_the_import_of_a_conftest_leaves() -> None:
    source = line(3, phase="import", file="tests/conftest.py")
    override = Sighting("LK507", "dependency_overrides", "shop.main:app", "shop.main:get_user", source)
    (told,) = left_by_import.Hazard().found(seen(run("a"), before=(override,)))
    assert (
        told.title == "The import of tests/conftest.py leaves the override of shop.main:get_user of shop.main:app"
    )
    assert told.place == Location("dependency_overrides", "shop.main:app", "shop.main:get_user")
    patcher = Sighting("LK507", "patcher", "", "get_user", source)
    (told,) = left_by_import.Hazard().found(seen(run("a"), before=(patcher,)))
    assert told.title == "The import of tests/conftest.py leaves a patcher of get_user"


def test_what_the_project_does_at_its_own_import_is_its_own() -> None:
    source = line(3, phase="import", file="shop/setup.py")
    state = Sighting("LK507", "app_state", "shop.main:app", "colour", source)
    assert list(left_by_import.Hazard().found(seen(run("a"), before=(state,)))) == []
