"""Tests that failed in a run that is over: the sequence that led to each is run again, and what it shows is
searched and proven as if the audit had come upon it. What does not show again is tried often, and behind what other
processes have done to files."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from leakcheck.nouns import plural
from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.records import BAD_OUTCOMES, Execution, Order, Whole
from leakcheck.records.topics import Topic
from leakcheck.search.few_tests import FewTestsSession
from leakcheck.search.outlook import declared_seconds
from leakcheck.search.phases import Plan, find_and_prove
from leakcheck.text import some

MORE = 4
"""So often a sequence is run again that passed."""
PLAN = Plan(latent=False, rounds=2, whole=False)
PHASE = "replay"
_OUTSIDE = frozenset({"file"})
"""What one process leaves for another, and is still there when both are over."""


@dataclass(frozen=True)
class Part:
    """What one process ran, as far as anything is to be explained: the last of `tests` failed there, and so did
    all of `failed`. Of a process in which none did, `failed` is empty."""

    worker: str
    tests: tuple[str, ...]
    failed: tuple[str, ...] = ()


def replay(bench: FewTestsSession, parts: Sequence[Part]) -> None:
    """Explain why each of `failed` did so, as far as executions can show it."""
    failing = [part for part in parts if part.failed]
    for part in failing:
        _run(bench, [_order(bench, part)])
    _isolate(bench)
    silent = [part for part in failing if _silent(bench, part)]
    _run(bench, [replace(_order(bench, part), repeat=1 + each) for part in silent for each in range(MORE)])
    silent = [part for part in silent if _silent(bench, part)]
    touching = _touching(bench, parts) if silent else {}
    behind = {part.worker: order for part in silent if (order := _behind_others(bench, part, touching))}
    _run(bench, list(behind.values()))
    bench.deadline = time.monotonic() + bench.search_seconds(declared_seconds(bench))
    find_and_prove(bench, PLAN)
    for part in failing:
        for text in _told(bench, part, behind.get(part.worker)):
            bench.note(Topic.REPLAY, text)


def _run(bench: FewTestsSession, orders: Sequence[Order]) -> None:
    if orders:
        bench.run(PHASE, orders)


def _order(bench: FewTestsSession, part: Part) -> Order:
    return _named(bench, _name(part), part.tests)


def _name(part: Part) -> str:
    return f"{part.worker}, replayed"


def _named(bench: FewTestsSession, name: str, tests: Iterable[str]) -> Order:
    return Order(Whole("worker", name=name), tuple(test for test in tests if not bench.is_lethal(test)))


def _isolate(bench: FewTestsSession) -> None:
    """Those that failed, and whoever left what they consulted, alone."""
    writers = {
        value.writer
        for timeline in bench.known().timelines
        for place, run in enumerate(timeline.runs)
        if run.test in bench.wanted
        for value in timeline.read(place, set(run.reads)).values()
    }
    bench.run("isolated", Isolated().propose(bench.view(bench.wanted | writers)))


def _replays(bench: FewTestsSession, name: str) -> list[Execution]:
    return [each for each in bench.executions if each.order.kind == "worker" and each.order.name == name]


def _failures(bench: FewTestsSession, name: str, test: str) -> tuple[int, int]:
    """How often it failed in this sequence, and how often it ran there."""
    outcomes = [run.outcome for each in _replays(bench, name) for run in each.runs if run.test == test]
    return sum(outcome in BAD_OUTCOMES for outcome in outcomes), len(outcomes)


def _silent(bench: FewTestsSession, part: Part) -> bool:
    """Whether a test that failed has not failed again."""
    return any(_failures(bench, _name(part), test)[0] == 0 for test in part.failed)


def _touching(bench: FewTestsSession, parts: Sequence[Part]) -> dict[str, list[str]]:
    """worker -> those of its tests that changed files, in their sequence."""
    _run(bench, [_order(bench, part) for part in parts if not part.failed])
    found: dict[str, list[str]] = {}
    for part in parts:
        met = [each.test for run in _replays(bench, _name(part)) for each in run.outside if each.what in _OUTSIDE]
        found[part.worker] = [test for test in part.tests if test in set(met)]
    return found


def _behind_others(bench: FewTestsSession, part: Part, touching: dict[str, list[str]]) -> Order | None:
    """Its sequence behind all tests of other processes that changed files; None where there are none."""
    others = [test for worker, tests in touching.items() if worker != part.worker for test in tests]
    first = [test for test in dict.fromkeys(others) if test not in part.tests]
    return _named(bench, f"{_name(part)} behind others", (*first, *part.tests)) if first else None


def _told(bench: FewTestsSession, part: Part, behind: Order | None) -> Iterable[str]:
    """A sentence for each test that failed there."""
    for test in part.failed:
        failed, times = _failures(bench, _name(part), test)
        before = plural(part.tests.index(test), "test")
        what = f"{test} failed behind {before} of {part.worker}"
        if failed and failed == times:
            yield f"{what}; run again in that sequence, it fails again"
        elif failed:
            yield f"{what}; run again in that sequence, it failed in {failed} of {plural(times, 'execution')}"
        elif behind is not None and _failures(bench, behind.name, test)[0]:
            first = some([each for each in behind.tests if each not in part.tests], 2)
            yield f"{what}; it passes in that sequence, and fails behind others who change files ({first})"
        elif any(edge.test == test for edge, _ in bench.edges()):
            yield f"{what}; run again in that sequence, it passes; it fails in another order"
        else:
            yield f"{what}; {_not_again(times, behind)}"


def _not_again(times: int, behind: Order | None) -> str:
    also = "" if behind is None else ", and behind the tests of other workers that changed files"
    rest = "chance, time, or what another process did in that moment decides"
    return f"run again in that sequence, it passed in all of {plural(times, 'execution')}{also}: {rest}"
