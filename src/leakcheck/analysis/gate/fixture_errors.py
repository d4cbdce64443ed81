"""Fixtures that fail at their teardown: pytest tells it with whichever test comes last. No test is accused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leakcheck.records import Execution, Finding, FixtureError
from leakcheck.records.questions import puts_back

FAILS_AT_TEARDOWN = "LK403"
_FIX = (
    "Fix the teardown of the fixture. pytest tells its error with whichever test comes last in its scope (or "
    "next, with another parameter), so in another order another test has it."
)
_BY_HAND: Mapping[str, str] = {
    "setup_module_fixture": "teardown_module",
    "setup_class_fixture": "teardown_class",
    "setUpClass_fixture": "tearDownClass or a class cleanup",
}
"""What pytest calls the functions that people write without a fixture."""


def fixture_findings(executions: Iterable[Execution]) -> Iterator[Finding]:
    """A finding for each fixture that fails so; its tests are those with which that was told."""
    for error, tests in _seen(executions).items():
        title = f"{called(error)} fails at its teardown ({error.error})"
        place = (error.file, error.line) if error.file else ((error.where or tests[0]).partition("::")[0], 0)
        about = f"{error.where}::{error.fixture}" if error.where else error.fixture
        yield Finding(FAILS_AT_TEARDOWN, "note", title, *place, tests, None, _FIX, fixture=about)


def _seen(executions: Iterable[Execution]) -> Mapping[FixtureError, tuple[str, ...]]:
    found: dict[FixtureError, dict[str, None]] = {}
    for execution in executions:
        if puts_back(execution.order.question):  # what was put back by leakcheck, its teardown may miss
            continue
        for run in execution.runs:
            for error in run.wider:
                found.setdefault(error, {})[run.test] = None
    return {error: tuple(tests) for error, tests in found.items()}


def called(error: FixtureError) -> str:
    """What people call the thing that fails."""
    by_hand = next((name for mark, name in _BY_HAND.items() if mark in error.fixture), "")
    of = f" of {error.where}" if error.where else ""
    if by_hand:
        return f"{by_hand}{of}"
    if not error.scope:
        return error.fixture
    return f"{error.scope} fixture {error.fixture}{of}"
