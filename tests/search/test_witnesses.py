"""Who else leaves the same: all are asked of a value that changes an outcome, a few of one that does not."""

from __future__ import annotations

from leakcheck.records.questions import puts_back
from leakcheck.search.phases import settle
from leakcheck.search.proof import accusing
from leakcheck.search.session import AuditSession
from search.model import Model, ModelEngine, fails_if, opened, write

MAKERS = 12
SHARED = Model(
    {
        **{f"a.py::low{number}": (write("level", "low"),) for number in range(MAKERS)},
        **{f"b.py::high{number}": (write("level", "high"),) for number in range(MAKERS)},
        "c.py::hurt": (fails_if(level="high"), write("other")),
        "c.py::also": (fails_if(level="high"), write("third")),
    }
)
"""Two tests mind one of two values that a dozen tests leave each, and leave something themselves."""


def settled(**options: object) -> tuple[AuditSession, ModelEngine]:
    engine = ModelEngine(SHARED)
    bench = opened(engine, **options)
    settle(bench)
    return bench, engine


def test_all_who_leave_what_hurts_are_found() -> None:
    bench, _ = settled()
    for test in ("c.py::hurt", "c.py::also"):
        found = {edge.polluters for edge in accusing(bench) if edge.test == test and edge.confirmed}
        assert found == {(f"b.py::high{number}",) for number in range(MAKERS)}


def test_a_value_that_changes_nothing_is_asked_about_a_few_times() -> None:
    def asked(profile: str) -> int:
        _, engine = settled(profile=profile)
        pairs = (order.tests for order in engine.ran if len(order.tests) == 2)
        return sum(before.startswith("a.py") and test.startswith("c.py") for before, test in pairs)

    assert asked("standard") <= 2 * 4
    assert asked("thorough") >= 2 * MAKERS


def test_a_cause_of_two_tests_and_many_polluters_is_proven_once() -> None:
    """What each polluter leaves, and what hurts each test, is known: not each behind each is proven."""
    _, engine = settled()
    undone = [order for order in engine.ran if puts_back(order.question)]
    assert 2 <= len(undone) < MAKERS
