"""Hazards in a guarded run: what observers saw of each test travels with its report."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest

from leakcheck.guard.leaving import read, written
from leakcheck.guard.watching import Fuse, GuardRecorder
from leakcheck.hazards import Seen, found
from leakcheck.recorder.changes.marks import marks_of
from leakcheck.records import Change, Finding, Location, Mark, Outcome, Sighting, Suite, TestItem, TestRun, short_id

ATTRIBUTE = "leakcheck_seen"
"""The name in a report of pytest under which what was seen of a test travels."""
_CLIENTS = frozenset({"client_cookies", "client_headers"})
_SHARED = _CLIENTS | {"app_state", "dependency_overrides"}
"""Kinds of state of applications and clients: some hazards follow from what tests read and leave there."""


@dataclass(frozen=True)
class SeenOf:
    """What was seen of one test, its marks, and what was seen in its process `before` the first."""

    run: TestRun
    marks: tuple[Mark, ...] = ()
    before: tuple[Sighting, ...] = ()

    def text(self) -> str:
        """As it travels."""
        before = TestRun(self.run.test, "unknown", sightings=self.before)
        marks = [asdict(each) for each in self.marks]
        return json.dumps({"run": written(self.run), "marks": marks, "before": written(before)})

    @classmethod
    def of(cls, text: str) -> SeenOf:
        row = json.loads(text)
        marks = tuple(Mark(**{name: _tuple(value) for name, value in each.items()}) for each in row["marks"])
        return cls(read(row["run"]), marks, read(row["before"]).sightings)


class HazardWatch:
    """In a process that runs tests: lets reports carry what was seen, by what the guard's own `recorder` knows."""

    def __init__(self, fuse: Fuse) -> None:
        self.recorder: GuardRecorder | None = None
        self._fuse = fuse
        self._outcome: Outcome = "passed"
        self._before: tuple[Sighting, ...] = ()
        self._told: set[tuple[str, Location]] = set()

    def begin(self, recorder: GuardRecorder) -> None:
        """All files are imported."""
        self.recorder = recorder
        self._before = recorder.sightings()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        report = yield
        self._fuse.run(self._look, item, call.when, report)
        return report

    def _look(self, item: pytest.Item, when: str, report: Any) -> None:
        recorder = self.recorder
        if recorder is None:
            return
        if when != "teardown":  # that fails by the guard as well
            self._outcome = _outcome(report) if when == "setup" or self._outcome == "passed" else self._outcome
        else:
            reads = tuple(self._new(recorder.consulted(_CLIENTS), item))
            changes, finalised = _shared(recorder.left), _shared(recorder.left_by_fixtures)
            sightings = recorder.sightings()
            if reads or changes or finalised or sightings or self._before:  # mostly there is nothing to tell
                run = TestRun(
                    recorder.test_id(item),
                    self._outcome,
                    reads=reads,
                    changes=changes,
                    finalised=finalised,
                    sightings=sightings,
                )
                setattr(report, ATTRIBUTE, SeenOf(run, marks_of(item), self._before).text())
            self._before = ()

    def _new(self, reads: Iterable[Location], item: pytest.Item) -> Iterator[Location]:
        """Which clients the tests of a file use, is told once."""
        file = item.nodeid.partition("::")[0]
        for each in reads:
            if (file, each) not in self._told:
                self._told.add((file, each))
                yield each


_LATER = frozenset({"call", "teardown"})
"""Reports of a test that is known by the one of its set-up."""


class Gathered:
    """What all reports carry, in the process that shows it; and all tests that were run."""

    def __init__(self) -> None:
        self.tests: dict[str, TestItem] = {}
        self.seen: list[SeenOf] = []

    def add(self, report: Any) -> None:
        seen = _seen_by(report)
        if seen is None and getattr(report, "when", None) in _LATER:
            return
        test = short_id(report.nodeid)
        if test not in self.tests:
            self.tests[test] = TestItem(test, test.partition("::")[0])
        if seen is not None:
            self.tests[test] = replace(self.tests[test], marks=seen.marks)
            self.seen.append(seen)

    def found(self) -> Iterator[Finding]:
        """The hazards, before anybody has judged them."""
        if any(each.run.sightings or each.run.changes or each.run.finalised or each.before for each in self.seen):
            yield from found(Seen(self.suite, (tuple(each.run for each in self.seen),)))

    @property
    def suite(self) -> Suite:
        before = dict.fromkeys(sighting for each in self.seen for sighting in each.before)
        return Suite("", (), tuple(self.tests.values()), sightings=tuple(before))


def _seen_by(report: Any) -> SeenOf | None:
    """What `report` carries; None if that is nothing."""
    text = getattr(report, ATTRIBUTE, None)
    return None if text is None else SeenOf.of(text)


def _outcome(report: Any) -> Outcome:
    """Whether the test was good so far: what a failing test leaves open is no hazard."""
    if report.outcome == "failed":
        return "failed"
    if report.outcome == "skipped":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    return "passed"


def _shared(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(each for each in changes if each.location.kind in _SHARED)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
