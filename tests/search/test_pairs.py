"""Leaked values in front of their readers: what makes a value where the reader itself was one of its makers."""

from __future__ import annotations

from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from search.model import Model, ModelEngine, fails_if, look, opened, write

RISING = Model(
    {
        "a.py::raises": (write("level", "high", level="low"),),
        "a.py::quiet": (look("other"),),
        "b.py::lowers": (write("level", "low"),),
        "b.py::lowers_too": (write("level", "low"),),
        "b.py::quiet": (),
        "c.py::hurt": (fails_if(level="high"), write("level", "low")),
    }
)
"""`raises` does it only behind a test that lowers, of which the victim is one itself."""


def test_another_stands_in_for_a_reader_that_makes_the_value_possible() -> None:
    bench = opened(ModelEngine(RISING))
    settle(bench)
    found = {edge.polluters for edge in accusing(bench) if edge.test == "c.py::hurt"}
    assert ("b.py::lowers", "a.py::raises") in found
