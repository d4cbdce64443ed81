"""LK508 of hand-made sightings."""

from __future__ import annotations

import pytest

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.left_open import Hazard
from leakcheck.records import Sighting


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("client", "A TestClient is opened and never closed"),
        ("task", "The task refresh is cut off when its loop ends"),
        ("connection", "A connection of a pool is not given back"),
    ],
)
def test_it_is_told_with_the_test_that_leaves_it(what: str, title: str) -> None:
    key = "refresh" if what == "task" else ""
    (told,) = Hazard().found(seen(run("a", Sighting("LK508", what, "", key, line(9)))))
    assert (told.title, told.line, told.tests) == (title, 9, ("test_a.py::a",))
    assert told.why.endswith(".")
