"""LK508 of hand-made sightings."""

from __future__ import annotations

import pytest

from analysis.made import name
from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.left_open import Hazard
from leakcheck.records import Sighting


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("client", "A TestClient is opened and never closed"),
        ("task", "The task refresh is cut off when its loop ends"),
        ("connection", "A connection of a pool is not given back"),
        ("portal", "A portal is opened and never closed"),
        ("socket", "A socket is opened and never closed"),
        ("server", "A server is started and still listens when its test is over"),
    ],
)
def test_it_is_told_with_the_test_that_leaves_it(what: str, title: str) -> None:
    key = "refresh" if what == "task" else ""
    (told,) = Hazard().found(seen(run("a", Sighting("LK508", what, "", key, line(9)))))
    assert (told.title, told.line, told.tests) == (title, 9, ("test_a.py::a",))
    assert told.why.endswith(".")


def late(symptom: str, what: str, number: int = 9) -> Sighting:
    return Sighting("LK508", "late", what, symptom, line(number), (name("a"),))


@pytest.mark.parametrize(
    ("symptom", "what"),
    [
        ("ConnectionResetError", "socket"),
        ("Event loop is closed", "loop"),
        ("attached to a different loop", "loop"),
    ],
)
def test_a_late_failure_is_told_with_the_test_that_left_it(symptom: str, what: str) -> None:
    (told,) = Hazard().found(seen(run("a"), run("b", late(symptom, what), outcome="failed")))
    assert told.title == f"`{symptom}` comes from what test_a.py::a has left"
    assert (told.line, told.tests) == (9, ("test_a.py::b", "test_a.py::a"))
    assert told.why.endswith(".")


def test_what_comes_of_it_is_told_in_its_place() -> None:
    left, failure = Sighting("LK508", "socket", "", "", line(9)), late("ConnectionResetError", "socket")
    found = list(Hazard().found(seen(run("a", left), run("b", failure, outcome="failed"))))
    assert [each.title for each in found] == ["`ConnectionResetError` comes from what test_a.py::a has left"]


def test_what_a_failing_test_leaves_open_is_not_told() -> None:
    left = Sighting("LK508", "socket", "", "", line(9))
    assert list(Hazard().found(seen(run("a", left, outcome="failed")))) == []
