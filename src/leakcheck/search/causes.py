"""Questions about root causes: many tests that depend on one location are asked about in few executions.

One member of a cause, its pioneer, is proven by executions of its own. Of each other one only its membership is
open: an execution with the value in place and one with the location put back settle it, and one execution serves
all members behind the same makers, as far as they leave nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.causes import Cause, cause_of, proven_causes
from leakcheck.analysis.graph.certainty import is_sure, still_missing
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Company, Location, Order
from leakcheck.search.session import AuditSession

FEWEST = 3
"""So many witnesses behind the same makers make it worth while to ask about them together."""
ROW = 100
"""Tests in one execution."""
MAX_REPEATS = 6


def together(
    bench: AuditSession, witnesses: Iterable[Witness], restore: tuple[Location, ...] = (), fewest: int = FEWEST
) -> list[Order]:
    """As few orders as may be for those of `witnesses` that can be asked about in company; who was so in vain has
    an order of its own."""
    rows: dict[tuple[str, ...], dict[str, None]] = {}
    singles: list[Witness] = []
    for witness in witnesses:
        if (witness, restore) in bench.evidence().doubted:
            singles.append(witness)
        elif witness.before and not witness.files and is_quiet(bench, witness.test):
            rows.setdefault(witness.before, {})[witness.test] = None
    return [
        Order(Company(len(before), restore), (*before, *row))
        for before, tests in rows.items()
        if len(tests) >= fewest
        for row in _cut(list(tests))
    ] + [Order(Company(len(each.before), restore), (*each.before, each.test)) for each in singles if fewest == 1]


def _cut(tests: Sequence[str]) -> Iterator[Sequence[str]]:
    return (tests[start : start + ROW] for start in range(0, len(tests), ROW))


def is_quiet(bench: AuditSession, test: str) -> bool:
    """Whether `test` was never seen to change anything, here or elsewhere."""
    profile = bench.evidence().profiles.get(test)
    if profile is None or bench.is_lethal(test) or test in bench.known().restless:
        return False
    return not profile.changes and not profile.elsewhere


def members(bench: AuditSession) -> Mapping[Cause, Sequence[Carried]]:
    """The edges of every cause that hurts, or helps, several tests, or some behind several polluters, and that is
    not known to be none."""
    found: dict[Cause, list[Carried]] = {}
    for carried in bench.edges():
        cause = cause_of(carried)
        if cause is None or not bench.suite.kind(cause[0]).restorable:  # each of them is asked about by itself
            continue
        if len(carried[0].polluters) == 1 and carried[0].polluters[0] in bench.files:
            found.setdefault(cause, []).append(carried)
    return {cause: edges for cause, edges in found.items() if len(edges) >= FEWEST}


def pioneer(edges: Sequence[Carried]) -> Carried:
    """The member to be proven by itself: one that was confirmed, else the first."""
    return next((each for each in edges if each[0].confirmed), edges[0])


def membership(bench: AuditSession) -> list[Order]:
    """What is still to be executed so that each member of a proven cause is known to be one."""
    proven = proven_causes(bench.edges())
    orders: list[Order] = []
    for cause, edges in members(bench).items():
        if cause in proven:
            orders += _open(bench, cause[0], [edge for edge in edges if not edge[0].confirmed])
    return orders


def _open(bench: AuditSession, location: Location, edges: Sequence[Carried]) -> list[Order]:
    """Every victim behind one of its polluters with the location put back, once; where chance is not excluded yet,
    so again, and with the value in place."""
    evidence, known = bench.evidence(), bench.known()
    first: dict[str, Witness] = {}
    for edge, _ in edges:
        first.setdefault(edge.test, Witness(edge.polluters, edge.test))
    restore = (location,)
    new = [each for each in first.values() if not any(evidence.restored.get((each, restore), ()))]
    new = [each for each in new if (each, restore) not in evidence.tried_in_vain]
    again = [each for each in first.values() if each not in new and not is_sure(each.test, known)]
    seen = max((len(evidence.restored.get((each, restore), ())) for each in again), default=0)
    if seen >= MAX_REPEATS:
        again = []
    return [*together(bench, new, restore, 1), *_repeated(bench, again, restore, seen)]


def _repeated(
    bench: AuditSession, witnesses: Sequence[Witness], restore: tuple[Location, ...], number: int
) -> Iterator[Order]:
    """As often as all of them need it: nobody comes back to them for one that is missing in the end."""
    known = bench.known()
    missing = [still_missing(each.test, known) for each in witnesses]
    number = max((number, *(len(known.evidence.outcomes.get(each, ())) for each in witnesses)))
    for asked, side in (((), 0), (restore, 1)):
        times = max((row[side] for row in missing), default=0)
        for order in together(bench, witnesses, asked, 1):
            yield from (Order(order.question, order.tests, repeat=number + each) for each in range(times))
