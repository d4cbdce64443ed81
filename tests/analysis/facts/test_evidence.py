"""What placebos show."""

from __future__ import annotations

from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.records import Location

WITNESS = Witness(("test_a.py::p",), "test_a.py::v")
PLACES = (Location("environ", "os.environ", "A"),)


def test_a_placebo_of_a_test_that_was_never_seen_alone_says_nothing() -> None:
    found = Evidence({}, placebos={(WITNESS, PLACES): ("passed",)})
    assert found.misled == frozenset()
