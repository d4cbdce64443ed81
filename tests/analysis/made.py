"""Hand-made executions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from leakcheck.records import (
    Alone,
    Behind,
    Change,
    Execution,
    Location,
    Order,
    OrderKind,
    Outcome,
    Pair,
    Question,
    Source,
    Suite,
    TestItem,
    TestRun,
    Whole,
)

FILE = "test_a.py"
PLACE = Location("app_state", "shop:app", "colour")
OTHER = Location("app_state", "shop:app", "shape")
_numbers = itertools.count(1)


def name(test: str) -> str:
    return test if "::" in test else f"{FILE}::{test}"


def suite(*tests: str, **changes: object) -> Suite:
    items = tuple(TestItem(name(test), name(test).partition("::")[0], 1, ("m", "")) for test in tests)
    return Suite("/project", (), items, **changes)  # type: ignore[arg-type]


def change(
    location: Location = PLACE, after: str = "blue", before: str = "red", line: int = 5, **more: object
) -> Change:
    source = Source(FILE, line, "f", "call")
    values: dict[str, object] = {"sources": (source,), **more}
    return Change(location, before, after, f"d-{after}", f"d-{before}", **values)  # type: ignore[arg-type]


def ran(
    test: str, outcome: Outcome = "passed", reads: tuple[Location, ...] = (), *changes: Change, **more: object
) -> TestRun:
    return TestRun(name(test), outcome, reads=reads, changes=changes, **more)  # type: ignore[arg-type]


def alone(run: TestRun, **order: object) -> Execution:
    made = Order(Alone(), (run.test,), collect=(run.test.partition("::")[0],), **order)  # type: ignore[arg-type]
    return Execution(f"e{next(_numbers):05d}", made, "finished", (run,))


ASKED: Mapping[OrderKind, Question] = {
    "declared": Whole(),
    "reversed": Whole("reversed"),
    "random": Whole("random", 1),
    "isolated": Alone(),
    "pairs": Pair(),
    "confirm": Behind(),
}
"""What orders of a kind ask, where a test does not say it."""


def execution(asked: OrderKind | Question, *runs: TestRun, **order: object) -> Execution:
    question = ASKED[asked] if isinstance(asked, str) else asked
    made = Order(question, tuple(run.test for run in runs), **order)  # type: ignore[arg-type]
    return Execution(f"e{next(_numbers):05d}", made, "finished", runs)


def quiet(made: Execution, **order: object) -> Execution:
    """The same with nothing else running."""
    return replace(made, order=replace(made.order, exclusive=True, **order))  # type: ignore[arg-type]


def outcomes(table: Mapping[str, Outcome], kind: OrderKind = "declared") -> Execution:
    return execution(kind, *(ran(test, outcome) for test, outcome in table.items()))
