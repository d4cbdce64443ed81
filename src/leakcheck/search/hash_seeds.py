"""Whether the hash seed decides: the one thing that an audit fixes, and an ordinary run of the suite does not.

A test that fails in every execution may fail because of our seed, one that never does may pass because of it. The
former run once more under other seeds, all together; the latter have run under another one in the control run. Who
behaved otherwise there runs alone, under both seeds, with nothing else running: then only the seed differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leakcheck.analysis.facts.hash_seeds import ENOUGH
from leakcheck.analysis.graph.commands import arguments
from leakcheck.records import Order, Seeded
from leakcheck.records.questions import hash_seed_of
from leakcheck.search.session import AuditSession

MAX_TESTS = 200
"""More tests that fail in every execution have another reason, and are a suite of their own to run again."""


def vary_hash_seed(bench: AuditSession) -> None:
    """Find the tests whose outcome depends on the hash seed. Asked again, it asks nothing twice."""
    own, others = bench.engine.hash_seeds
    tried = _tried(bench)
    failing = [test for test, failed in _steady(bench) if failed]
    if len(failing) <= MAX_TESTS:
        wanted = ((seed, [test for test in failing if seed not in tried.get(test, {})]) for seed in others)
        bench.spend("seeds", [_order(bench, tests, seed) for seed, tests in wanted if tests])
    bench.spend("seeds", list(_alone(bench, own)))


def _steady(bench: AuditSession) -> Iterator[tuple[str, bool]]:
    """The tests that behaved alike in all executions with the usual seed, and whether they failed. What ends its
    process does so for another reason."""
    known = bench.known()
    for test in bench.suite.ids:
        if test in known.differing or test in known.wavering or bench.is_lethal(test) or not bench.concerns(test):
            continue
        runs = (known.executions[number].runs[place] for number, place in known.appearances.get(test, ()))
        told = next((run for run in runs if run.bad or run.good), None)
        if told is not None:
            yield test, told.bad


def _tried(bench: AuditSession) -> Mapping[str, Mapping[str, bool]]:
    """test -> hash seed that it ran under, be it among others -> whether it failed then."""
    found: dict[str, dict[str, bool]] = {}
    for execution in (*bench.known().seeded.executions, *bench.control):
        seed = hash_seed_of(execution.order.question)
        for run in execution.runs if seed else ():
            if run.bad or run.good:
                found.setdefault(run.test, {}).setdefault(seed, run.bad)
    return found


def _alone(bench: AuditSession, own: str) -> Iterator[Order]:
    """What is still missing to tell whether the seed decides, of each test that behaved otherwise under one."""
    tried, known = _tried(bench), bench.known().seeded.alone
    for test, fails in _steady(bench):
        odd = next((seed for seed, failed in tried.get(test, {}).items() if failed is not fails), None)
        for seed in (odd, own) if odd is not None else ():
            done = known.get(test, {}).get(seed, ())
            for number in range(len(done), ENOUGH):
                yield _order(bench, (test,), seed, repeat=1 + number)


def _order(bench: AuditSession, tests: Iterable[str], seed: str, repeat: int = 0) -> Order:
    """Alone a test runs as the printed command would run it, and with nothing else running."""
    asked = tuple(tests)
    question = Seeded(tuple(arguments(bench.suite, asked)), seed)
    return Order(question, asked, repeat=repeat, exclusive=repeat > 0)
