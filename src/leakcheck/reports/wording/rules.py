"""What the code of a finding means in general: the text that code hosts show beside each of its findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from leakcheck.hazards import by_code, is_hazard
from leakcheck.records import Severity


class Rule(NamedTuple):
    """One code: a name in one word, its severity, what it says in a few words, and what that means."""

    name: str
    severity: Severity
    short: str
    help: str


RULES: Mapping[str, Rule] = {
    "LK101": Rule(
        "LeakBreaksTests",
        "error",
        "A leak breaks other tests",
        "A test or fixture changes state and does not put it back. Other tests pass alone and fail behind it: they "
        "are victims of the order. Fix the line that writes, not the tests that fail.",
    ),
    "LK102": Rule(
        "BrittleTest",
        "error",
        "A test needs what another test leaves behind",
        "The test fails alone and passes behind a state-setter. It will fail as soon as it is run alone, selected, "
        "or given to another worker. Let it make the state that it needs, in a fixture of its own.",
    ),
    "LK103": Rule(
        "SelfPollutingTest",
        "error",
        "A test fails when it runs again",
        "The test passes, and fails when it is run a second time in the same process: it is the victim of what it "
        "leaves behind itself. Put back what it changes.",
    ),
    "LK104": Rule(
        "OrderDependentTest",
        "error",
        "A test depends on the order, by state that was not seen",
        "The outcome of the test depends on which tests ran before it, and no state that leakcheck watches "
        "explains it. The tests that it depends on are known: look for files, caches or servers that they share.",
    ),
    "LK201": Rule(
        "LeakIsRead",
        "warning",
        "A leak that other tests read",
        "A test or fixture changes state and does not put it back, and other tests read it. Their outcomes have "
        "not changed yet: the next assertion that is added may be the first to fail.",
    ),
    "LK301": Rule(
        "LeakIsLatent",
        "note",
        "A leak that no test reads",
        "A test or fixture changes state and does not put it back. No test reads it today.",
    ),
    "LK401": Rule(
        "FlakyTest",
        "note",
        "A flaky test",
        "The outcome of the test differs between two executions of the same order although nothing else was "
        "running: chance, time or concurrency decides it, not the tests before it.",
    ),
    "LK402": Rule(
        "TestEndsProcess",
        "note",
        "A test that ends or hangs its process",
        "The test ends its process or does not end in time, so that nothing is known of the tests behind it in the "
        "same execution.",
    ),
    "LK403": Rule(
        "FixtureFailsAtTeardown",
        "note",
        "A fixture fails at its teardown",
        "The teardown of a fixture that several tests share raises an error. pytest tells it with whichever test "
        "comes last in the fixture's scope, so that in another order another test has it. No test is to blame: "
        "fix the fixture.",
    ),
    **{code: Rule(each.name, "note", each.short, f"{each.help} {each.fix}") for code, each in by_code().items()},
}

ABOUT_FIXTURES = "LK403"
_ABOUT_LEAKS = frozenset({"LK101", "LK201", "LK301"})


def is_about_leak(code: str) -> bool:
    """Whether findings of this code accuse a line that writes; most others accuse a test."""
    return code in _ABOUT_LEAKS


def is_about_test(code: str) -> bool:
    """Whether findings of this code are about a test, which is the first of their tests."""
    return code not in _ABOUT_LEAKS and code != ABOUT_FIXTURES and not is_hazard(code)
