from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Edge, Kind, Location
from leakcheck.records.kinds import UNKNOWN
from leakcheck.search.in_words import what_is_proven
from leakcheck.search.session import AuditSession

STATE, COOKIE = Location("app_state", "shop:app", "x"), Location("client_cookies", "shop:client", "session")


class Suite:
    def kind(self, location: Location) -> Kind:
        return UNKNOWN


@dataclass
class Bench:
    """What the words are made of."""

    found: tuple[Carried, ...]
    suite: Suite

    def edges(self) -> tuple[Carried, ...]:
        return self.found


def carried(test: str, *locations: Location, effect: str = "breaks", proven: bool | None = None) -> Carried:
    edge = Edge(("test_a.py::test_p",), test, effect, None, (), True, proven, "")  # type: ignore[arg-type]
    return edge, locations


def words(*edges: Carried) -> str:
    return what_is_proven(cast(AuditSession, Bench(edges, Suite())))


def test_the_cause_with_most_victims_is_named() -> None:
    edges = [carried(f"test_a.py::test_{number}", STATE) for number in range(3)]
    assert words(*edges, carried("test_a.py::test_c", COOKIE)).endswith(" breaks 3 tests (and 1 more cause)")
    assert "session" in words(carried("test_a.py::test_c", COOKIE, effect="enables"))


def test_what_is_proven_is_no_question() -> None:
    assert words(carried("test_a.py::test_a", STATE, proven=True)) == ""
    assert "1 test" in words(carried("test_a.py::test_a", STATE, proven=True), carried("test_a.py::test_b", STATE))


def test_without_a_location_there_are_no_words() -> None:
    assert words(carried("test_a.py::test_a")) == ""
    assert words() == ""
