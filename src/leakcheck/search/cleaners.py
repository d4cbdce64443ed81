"""Who cleans up: tests that, between a polluter and its victim, make the victim pass.

Nothing that an audit vouches for rests on them. So they are asked about last, for one polluter and one victim of
each root cause, and only as far as the budget goes: what is left out is no loss to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.causes import Cause, cause_of
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Order
from leakcheck.search.questions import order_for
from leakcheck.search.session import AuditSession

MOST = 30
"""So many candidates are tried for a root cause."""


def find_cleaners(bench: AuditSession) -> None:
    """Put tests that were seen to leave the value from before between a polluter and its victim."""
    mine = (carried for carried in bench.edges() if bench.meets(carried[0].test))
    bench.use_up("cleaners", [order for carried in _one_each(mine) for order in _tried(bench, carried)])


def _one_each(edges: Iterable[Carried]) -> Iterator[Carried]:
    """One confirmed edge of each cause that hurts."""
    found: dict[Cause, Carried] = {}
    for carried in edges:
        edge, cause = carried[0], cause_of(carried)
        if cause is not None and edge.effect == "breaks" and edge.confirmed and len(edge.polluters) == 1:
            found.setdefault(cause, carried)
    return iter(found.values())


def _tried(bench: AuditSession, carried: Carried) -> list[Order]:
    edge, (location, *_) = carried
    known, (polluter,) = bench.evidence().outcomes, edge.polluters
    candidates = (each for each in bench.known().cleaners.get(location, {}) if each not in (edge.test, polluter))
    witnesses = [Witness((polluter, each), edge.test) for each in candidates if not bench.is_lethal(each)]
    return [order_for(bench.suite, each) for each in witnesses[:MOST] if each not in known]
