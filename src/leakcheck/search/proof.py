"""The proof: minimal, repeated, by the printed command in a fresh pytest, undone by putting back what leaked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.facts.significance import repeats
from leakcheck.analysis.graph.certainty import still_missing
from leakcheck.analysis.graph.edges import CONFIRMATIONS, PART_REPEATS, is_step, parts
from leakcheck.analysis.graph.effects import Carried, carriers, left_by_imports
from leakcheck.records import Alone, Edge, Location, Order, PutBack
from leakcheck.search.causes import is_quiet, members, membership, pioneer
from leakcheck.search.in_words import what_is_proven
from leakcheck.search.questions import order_for, printed_order
from leakcheck.search.session import AuditSession

MAX_CARRIERS = 4
MAX_ROUNDS = 3
FEWEST_WARM = 2
"""So many printed commands make it worth while to import, once, what they all import."""


def confirm(bench: AuditSession) -> None:
    """Confirm what was found, even where the budget for finding more is spent."""
    for _ in range(MAX_ROUNDS):
        orders = [*_smaller(bench), *_proofs(bench)]
        if orders:
            bench.run("confirm", orders, question=what_is_proven(bench))
        # Also where all proofs are there: what else was run since may be why they no longer suffice.
        further = _repeats(bench)
        if further:
            bench.run("confirm", further, question=what_is_proven(bench))
        if not (orders or further):
            break


def accusing(bench: AuditSession) -> list[Edge]:
    """What is worth confirming: the end of a search, not a step of one that ran out of budget."""
    evidence = bench.evidence()
    return [
        edge
        for edge, _ in bench.edges()
        if edge.effect in ("breaks", "enables") and not is_step(_witness(bench, edge), evidence)
    ]


def _to_prove(bench: AuditSession) -> list[Edge]:
    """What has to be shown by executions of its own: of a cause with many members, one of these, and once each
    that leaves something itself and so cannot be asked about in company."""
    chosen: set[tuple[tuple[str, ...], str]] = set()
    shared: set[tuple[tuple[str, ...], str]] = set()
    for edges in members(bench).values():
        first = pioneer(edges)
        chosen.add((first[0].polluters, first[0].test))
        if not _has_failed(bench, first):
            shared |= set(_by_others(bench, edges, first[0].test))
    names = ((edge, (edge.polluters, edge.test)) for edge in accusing(bench))
    return [edge for edge, name in names if name in chosen or name not in shared]


def _by_others(bench: AuditSession, edges: Sequence[Carried], proven: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(polluters, test) of edges that follow from others: their test is asked about in company, or has an edge by
    the same cause that is to be proven."""
    seen = {proven}
    for edge, _ in edges:
        if edge.test in seen or is_quiet(bench, edge.test):
            yield edge.polluters, edge.test
        seen.add(edge.test)


def _has_failed(bench: AuditSession, carried: Carried) -> bool:
    """Whether a pioneer was tried, and what it was to show did not show."""
    edge, (location, *_) = carried
    undoing, evidence = (Witness(edge.polluters, edge.test), (location,)), bench.evidence()
    return undoing in evidence.tried_in_vain or (undoing in evidence.restored and not evidence.proves(*undoing))


def accusing_without_location(bench: AuditSession) -> list[Witness]:
    """The witnesses of confirmed edges that no recorded location carries, or one that nobody can put back: a deep
    look may see which part of it is the reason."""
    hopeless = _hopeless(bench.evidence())
    return [
        _witness(bench, edge)
        for edge, locations in bench.edges()
        if edge.effect in ("breaks", "enables") and edge.confirmed and _is_open(edge, locations, hopeless)
    ]


def _is_open(edge: Edge, locations: Sequence[Location], hopeless: Collection[tuple[Location, ...]]) -> bool:
    return not locations or (edge.counterfactual is None and all((each,) in hopeless for each in locations))


def _witness(bench: AuditSession, edge: Edge) -> Witness:
    if all(each not in bench.files for each in edge.polluters):
        return Witness((), edge.test, edge.polluters)
    return Witness(edge.polluters, edge.test)


def _smaller(bench: AuditSession) -> list[Order]:
    """Every witness of several tests with one of them left out: none of these may show the effect too."""
    wanted = dict.fromkeys(part for edge in accusing(bench) for part in parts(_witness(bench, edge)))
    outcomes = bench.evidence().outcomes
    return [
        order_for(bench.suite, witness, repeat=number)
        for witness in wanted
        for number in range(len(outcomes.get(witness, ())), PART_REPEATS)
    ]


def _proofs(bench: AuditSession) -> list[Order]:
    """The first edge of each test by its printed command, each edge once more, and its counterfactuals."""
    evidence = bench.evidence()
    edges, hopeless = _to_prove(bench), _hopeless(evidence)
    wanted = _to_print(bench, edges)
    orders = [*membership(bench), *_printed(bench, wanted)]
    for edge in edges:
        witness = _witness(bench, edge)
        orders += [
            order_for(bench.suite, witness, repeat=len(evidence.outcomes[witness]) + number)
            for number in range(CONFIRMATIONS - evidence.own(witness) - (witness in wanted))
        ]
        candidates = (*carriers(witness, bench.known()), *left_by_imports(witness, bench.suite))
        for location in list(dict.fromkeys(candidates))[:MAX_CARRIERS]:
            put_back = witness, (location,)
            if put_back not in evidence.restored and put_back[1] not in hopeless:
                orders.append(order_for(bench.suite, witness, PutBack((location,))))
            elif evidence.cured(*put_back) and put_back not in evidence.placebos:
                orders.append(order_for(bench.suite, witness, PutBack((location,), placebo=True)))
    return orders


def _hopeless(evidence: Evidence) -> frozenset[tuple[Location, ...]]:
    """What could not be put back, and never was: of what a test has made no value is kept. That is
    found out once, and not anew for each test that it hurts."""
    failed = {locations for _, locations in evidence.tried_in_vain}
    return frozenset(failed - {locations for _, locations in evidence.restored})


def _to_print(bench: AuditSession, edges: Sequence[Edge]) -> list[Witness]:
    """The first witness of each test of these edges of which no printed command was run, if these are to be run."""
    told = {witness.test for witness in bench.evidence().fresh}
    first: dict[str, Witness] = {}
    for edge in edges if bench.profile.fresh else ():
        if edge.test not in told:
            first.setdefault(edge.test, _witness(bench, edge))
    return list(first.values())


def _printed(bench: AuditSession, wanted: Sequence[Witness]) -> list[Order]:
    """The printed commands of `wanted`: the first of an audit in a new process, the others in forks of one that has
    imported installed packages, where it pays to start that; and in a new process what such a fork contradicts."""
    evidence = bench.evidence()
    begun = bool(evidence.fresh)
    others = wanted if begun else wanted[1:]
    stand_in = bench.profile.warm and bench.engine.fork and (bool(evidence.warm) or len(others) >= FEWEST_WARM)
    doubted = [witness for witness in evidence.warm if evidence.is_contradicted(witness)]
    return [
        *(printed_order(bench.suite, each) for each in (*doubted, *wanted[: len(wanted) - len(others)])),
        *(printed_order(bench.suite, each, warm=stand_in) for each in others),
    ]


def _repeats(bench: AuditSession) -> list[Order]:
    """So many repetitions that a test which fails by chance is accused with at most the stated probability."""
    evidence = bench.evidence()
    by_test: dict[str, list[Witness]] = {}
    for edge in _to_prove(bench):
        by_test.setdefault(edge.test, []).append(_witness(bench, edge))
    orders: list[Order] = []
    for test, witnesses in by_test.items():
        behind, without = still_missing(test, bench.known())
        for witness in witnesses:
            known = len(evidence.outcomes[witness])
            more = max(behind, repeats() + 1 - known if len(witness.before) > 1 else 0)
            orders += [order_for(bench.suite, witness, repeat=known + number) for number in range(more)]
            behind = max(behind - more, 0)
        orders += _alone_again(bench, test, without)
    return orders


def _alone_again(bench: AuditSession, test: str, times: int) -> list[Order]:
    known = len(bench.evidence().profiles[test].outcomes)
    return [Order(Alone(), (test,), collect=(bench.files[test],), repeat=known + number) for number in range(times)]
