"""LK504 of hand-made runs."""

from __future__ import annotations

import pytest

from hazards.seen import line, run, seen
from leakcheck.hazards.kinds.shared_client import Hazard
from leakcheck.records import Change, Finding, Location, TestRun

CLIENT = "tests/conftest.py::client (session fixture)"
COOKIE, LOGIN = Location("client_cookies", CLIENT, "sid"), Location("client_headers", CLIENT, "authorization")


def left(place: Location = COOKIE, after: str = "secret #1") -> Change:
    return Change(place, "absent", after, "d", sources=(line(9),))


def found(*runs: TestRun) -> list[Finding]:
    return list(Hazard().found(seen(*runs)))


def reads(test: str, owner: str = CLIENT) -> TestRun:
    return run(test, reads=(Location("client_cookies", owner, "*"),))


@pytest.mark.parametrize("place", [COOKIE, LOGIN])
def test_what_logs_in_and_is_kept_for_another_file(place: Location) -> None:
    (told,) = found(run("test_a.py::a", changes=(left(place),)), reads("test_b.py::b"))
    assert (told.line, told.tests) == (9, ("test_a.py::a",))
    assert told.place == place
    assert "test_a.py, test_b.py" in told.why


@pytest.mark.parametrize(
    "runs",
    [
        (run("test_a.py::a", changes=(left(),)), reads("test_a.py::b")),
        (run("test_a.py::a", changes=(left(),)), reads("test_b.py::b", "tests/test_b.py::client (module fixture)")),
        (run("test_a.py::a", changes=(left(after="absent"),)), reads("test_b.py::b")),
        (run("test_a.py::a", changes=(left(Location("client_headers", CLIENT, "accept")),)), reads("test_b.py::b")),
        (reads("test_a.py::a"), reads("test_b.py::b")),
    ],
    ids=["one file", "another client", "taken away", "another header", "nothing kept"],
)
def test_healthy(runs: tuple[TestRun, ...]) -> None:
    assert found(*runs) == []
