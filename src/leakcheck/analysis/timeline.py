"""Which leaked values are in place when each test of an execution starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from leakcheck.records import Change, Execution, Location, Suite, TestItem, TestRun


@dataclass(frozen=True, slots=True)
class Value:
    """A leaked value: its digest and the test that left it."""

    digest: str
    writer: str


InPlace = Mapping[Location, Value]


def in_place(execution: Execution, suite: Suite) -> Iterator[tuple[TestRun, InPlace]]:
    """Every run of the execution with the leaked values that it started with."""
    items = {item.id: item for item in suite.tests}
    state: dict[Location, Value] = {}
    origin: dict[Location, str] = {}
    reach: dict[Location, tuple[str, str]] = {}
    for run in execution.runs:
        item = items.get(run.test)
        for location in [each for each in state if not _reaches(reach.get(each), item)]:
            del state[location]
        yield run, dict(state)
        for change in (*run.changes, *run.finalised):
            _apply(change, run.test, state, origin)
            reach[change.location] = (change.reach, _group(item, change.reach))


def changed_in_place(execution: Execution, suite: Suite) -> Iterator[tuple[TestRun, Change, Value]]:
    """Every change that a run made to a leaked value, with the value that it began with."""
    for run, state in in_place(execution, suite):
        for change in run.changes:
            if change.location in state:
                yield run, change, state[change.location]


def _apply(change: Change, test: str, state: dict[Location, Value], origin: dict[Location, str]) -> None:
    first = origin.setdefault(change.location, change.before_digest)
    if change.digest == first:
        state.pop(change.location, None)
    else:
        state[change.location] = Value(change.digest, test)


def _reaches(reach: tuple[str, str] | None, item: TestItem | None) -> bool:
    return reach is None or reach[1] == _group(item, reach[0])


def _group(item: TestItem | None, scope: str) -> str:
    """What a fixture of `scope` is shared by: nothing outside it sees the fixture's own objects."""
    if item is None or scope in ("suite", "session"):
        return ""
    if scope == "package":
        return item.file.rpartition("/")[0]
    return item.file if scope == "module" else "::".join((item.file, *item.groups))
