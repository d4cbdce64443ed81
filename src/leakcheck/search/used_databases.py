"""Whether tests mind that a run has been through their database before: all executions begin with what the audit
found, and the user's next run does not.

Asked only where the plain run has left something else than it found. The suite runs once more on that, as it stands
and from behind; who behaves there otherwise than alone runs alone on it, with nothing else running.
"""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.analysis.facts.used_databases import ENOUGH
from leakcheck.analysis.graph.commands import arguments
from leakcheck.records import Order, Used
from leakcheck.records.topics import Topic
from leakcheck.search.session import AuditSession
from leakcheck.text import some

MAX_REVERSED, MAX_ALONE = 500, 10
"""Tests of which a command line is made; and tests that run alone, each in a process of its own."""


def ask_used_databases(bench: AuditSession) -> None:
    """Find such tests, and tell of them. Asked again, it asks nothing twice."""
    if not bench.known().used.executions:
        if not bench.engine.has_used_databases():
            return
        bench.spend("used", [_order(bench, tests) for tests in _wholes(bench)])
    bench.spend("used", list(_alone(bench)))
    for text in _told(bench):
        bench.note(Topic.RESOURCES, text)


def _wholes(bench: AuditSession) -> Iterator[tuple[str, ...]]:
    """What to name on the command line: nothing, for the suite as it stands."""
    yield ()
    ids = bench.suite.ids
    if 1 < len(ids) <= MAX_REVERSED:
        yield tuple(reversed(ids))


def _alone(bench: AuditSession) -> Iterator[Order]:
    """What is still missing of the tests that may mind."""
    known = bench.known()
    odd: dict[str, None] = {}
    for execution in known.used.executions:
        for run in execution.runs if len(execution.order.tests) != 1 else ():
            profile = known.evidence.profiles.get(run.test)
            if profile is None or not bench.concerns(run.test) or bench.is_lethal(run.test):
                continue
            if (profile.good and run.bad) or (profile.bad and run.good):
                odd[run.test] = None
    for test in list(odd)[:MAX_ALONE]:
        for number in range(len(known.used.alone.get(test, ())), ENOUGH):
            yield _order(bench, (test,), repeat=1 + number)


def _order(bench: AuditSession, tests: tuple[str, ...], repeat: int = 0) -> Order:
    named = tuple(arguments(bench.suite, tests)) if tests else ()
    return Order(Used(named), tests, repeat=repeat, exclusive=repeat > 0)


def _told(bench: AuditSession) -> Iterator[str]:
    found = bench.known().used_dependent
    for fails_used in (True, False):
        tests = [test for test, each in found.items() if each.fails_used is fails_used]
        if tests:
            yield f"{found[tests[0]]}: {some(tests, 5)}"
