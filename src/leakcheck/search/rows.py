"""Every test alone: in a process of its own, or, if it leaves nothing, as good as that: in a row with its like.

What a row shows of a test behind the first holds as long as nobody has reason to doubt it. Such a test runs really
alone as soon as it was seen to behave in two ways anywhere, or reads what anybody leaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from leakcheck.analysis import meant_witnesses
from leakcheck.analysis.facts.alone import quiet_behind
from leakcheck.analysis.facts.places import Places
from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.records import Alone, Execution, Order, Row, TestRun
from leakcheck.search.session import AuditSession

MOST = 16
"""Tests in a row: so that lanes share them out, and some are really alone in every file."""
SECONDS = 2.0
"""How long those of a row took in the declared order, at most."""
_PLAIN = frozenset({"passed", "skipped"})


def isolate(bench: AuditSession) -> None:
    """Run every test that the audit is about alone, or as good as that."""
    alone = [order for order in Isolated().propose(bench.view()) if bench.concerns(order.tests[0])]
    quiet = _quiet(bench) if bench.profile.rows else {}
    if not quiet:
        bench.run("isolated", alone)
        return
    first = [order for order in alone if order.tests[0] not in quiet]
    bench.run("isolated", [*first, *_rows(bench, quiet)], follow=follow)


def make_sure(bench: AuditSession, tests: Iterable[str]) -> bool:
    """Run those of `tests` alone that were only as good as alone until now; whether there were any."""
    profiles = bench.evidence().profiles
    wanted = {test for test in tests if test in profiles and profiles[test].in_row}
    if wanted:
        bench.run("isolated", Isolated().propose(bench.view(wanted)))
    return bool(wanted)


def make_sure_of_doubtful(bench: AuditSession) -> None:
    """The same of every test that was seen to behave in two ways, or that reads what was leaked."""
    known = bench.known()
    leaked = Places.of(change.location for each in known.evidence.profiles.values() for change in each.changes)
    readers = (test for test, each in known.evidence.profiles.items() if any(leaked.covered(each.consults)))
    make_sure(bench, filter(bench.concerns, [*known.differing, *readers]))


def follow(execution: Execution) -> list[Order]:
    """What a row leaves to be done: the one that ended it really alone, and the rest as another row; or alone, too,
    where it had hardly begun: who ends a row behind others runs twice."""
    order = execution.order
    if not isinstance(order.question, Row):
        return []
    if not execution.runs:
        return [_alone(test, order) for test in order.tests]
    count, last = len(execution.runs), execution.runs[-1]
    rest, is_quiet = order.tests[count:], last in quiet_behind(execution)
    behind = [Order(Row(), rest, order.collect)] if rest else []
    if count == 2 and not is_quiet:
        behind = [_alone(test, order) for test in rest]
    return behind if count == 1 or is_quiet else [_alone(last.test, order), *behind]


def _alone(test: str, order: Order) -> Order:
    return Order(Alone(again=True), (test,), order.collect)


def _quiet(bench: AuditSession) -> Mapping[str, TestRun]:
    """Tests that passed in the declared order, left nothing, read nothing that was left, met nothing outside of the
    process, and are not declared to depend on others; with their runs. None where servers are talked to."""
    outside = bench.outside()
    if outside.servers:
        return {}
    outsiders = outside.outsiders(bench.suite.tests) | outside.apart
    loud = {*outsiders, *meant_witnesses(bench.suite), *bench.lethal}
    known = (run for run in _declared(bench) if run.test not in loud and run.test in bench.files)
    return {run.test: run for run in known if bench.concerns(run.test)}


def _declared(bench: AuditSession) -> Iterator[TestRun]:
    known = bench.known()
    runs = [
        (timeline, place, run)
        for execution, timeline in zip(known.executions, known.timelines, strict=True)
        if execution.order.kind == "declared"
        for place, run in enumerate(execution.runs)
    ]
    loud = {run.test for timeline, place, run in runs if _is_loud(run) or timeline.read(place, set(run.reads))}
    return (run for _, _, run in runs if run.test not in loud)


def _is_loud(run: TestRun) -> bool:
    return run.outcome not in _PLAIN or bool(run.changes or run.finalised or run.wider)


def _rows(bench: AuditSession, quiet: Mapping[str, TestRun]) -> Iterator[Order]:
    """The last test of a file first: who stands behind others where people run them has them behind it here."""
    by_file: dict[str, list[str]] = {}
    for test in reversed(bench.suite.ids):
        if test in quiet:
            by_file.setdefault(bench.files[test], []).append(test)
    for file, tests in by_file.items():
        for part in _parts(tests, quiet):
            yield Order(Row(), part, collect=(file,))


def _parts(tests: Iterable[str], quiet: Mapping[str, TestRun]) -> Iterator[tuple[str, ...]]:
    part: list[str] = []
    seconds = 0.0
    for test in tests:
        if part and (len(part) == MOST or seconds + quiet[test].seconds > SECONDS):
            yield tuple(part)
            part, seconds = [], 0.0
        part.append(test)
        seconds += quiet[test].seconds
    if part:
        yield tuple(part)
