"""What observers saw, made by hand."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import name, suite
from leakcheck.hazards import Seen
from leakcheck.records import Sighting, Source, Suite, TestRun

FILE = "tests/test_a.py"


def line(number: int, fixture: str | None = None, phase: str = "call", file: str = FILE) -> Source:
    return Source(file, number, "f", phase, fixture, "function" if fixture else None)


def run(test: str, *sightings: Sighting, **more: object) -> TestRun:
    return replace(TestRun(name(test), "passed", sightings=sightings), **more)  # type: ignore[arg-type]


def seen(*runs: TestRun, before: tuple[Sighting, ...] = ()) -> Seen:
    tests: Suite = suite(*dict.fromkeys(each.test for each in runs))
    return Seen(replace(tests, sightings=before), (runs,))
