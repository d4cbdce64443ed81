"""Which witnesses a deep search is still to find a location for."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.graph.effects import carriers
from leakcheck.records import Edge, Location
from leakcheck.search.proof import accusing, accusing_without_location
from leakcheck.search.session import AuditSession


def unnamed(bench: AuditSession) -> list[Witness]:
    """Those of edges, confirmed or not, that nothing tracked may carry, and for which nothing was tried in vain."""
    return [each for each in _uncarried(bench) if not _is_tried(bench, each)]


def nameless(bench: AuditSession) -> list[Witness]:
    """The same, whatever was tried, as long as that was not all there is."""
    return [each for each in _uncarried(bench) if not _is_over(bench, each)]


def _uncarried(bench: AuditSession) -> Iterator[Witness]:
    known = bench.known()
    found = (Witness(edge.polluters, edge.test) for edge in _without_location(bench))
    return (each for each in found if known.files.keys() >= {*each.before} and not carriers(each, known))


def _without_location(bench: AuditSession) -> Iterator[Edge]:
    named = {(edge.polluters, edge.test) for edge, locations in bench.edges() if locations}
    return (edge for edge in accusing(bench) if (edge.polluters, edge.test) not in named)


def _is_tried(bench: AuditSession, witness: Witness) -> bool:
    """Whether something was put back before its test, in vain."""
    evidence = bench.evidence()
    tried = (*evidence.restored_by_test.get(witness.test, ()), *evidence.tried_in_vain)
    mine = [places for each, places in tried if each == witness]
    return bool(mine) and not any(evidence.cured(witness, places) for places in mine)


def still_open(bench: AuditSession) -> list[Witness]:
    """Those of confirmed edges of which not all was tried."""
    return [each for each in accusing_without_location(bench) if not _is_over(bench, each)]


def _is_over(bench: AuditSession, witness: Witness) -> bool:
    """Whether all that its makers changed was put back, or tried, and that was not it."""
    evidence = bench.evidence()
    return witness in evidence.misled or evidence.is_exhausted(witness)


def is_asked(evidence: Evidence, witness: Witness, places: tuple[Location, ...]) -> bool:
    """Whether these were put back before its test, or tried to."""
    return (witness, places) in evidence.restored or (witness, places) in evidence.tried_in_vain
