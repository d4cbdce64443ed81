"""Root causes: one location that many edges are due to, proven by one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.graph.certainty import is_sure
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Location

Cause = tuple[Location, str]
"""A location that is known to be the reason, and the effect that it has."""


def cause_of(carried: Carried) -> Cause | None:
    """What an edge between tests is due to, if that is one recorded location."""
    edge = carried[0]
    return _reason_of(carried) if edge.polluters != (edge.test,) else None


def _reason_of(carried: Carried) -> Cause | None:
    """The same of a test that hurts its own second run, too."""
    edge, locations = carried
    is_one = len(locations) == 1 and edge.effect in ("breaks", "enables")
    return (locations[0], edge.effect) if is_one else None


def proven_causes(edges: Iterable[Carried]) -> frozenset[Cause]:
    """Causes of which one member is proven in full: by executions of its own, with the location put back."""
    found = (cause_of(each) for each in edges if each[0].confirmed and each[0].counterfactual)
    return frozenset(each for each in found if each is not None)


def with_attributed(edges: Sequence[Carried], known: Knowledge) -> tuple[Carried, ...]:
    """The edges; one that nothing is known to carry is due to the one location that no probe tracks which this
    polluter was proven to leave to some test, and by which this test was proven to be hurt behind some polluter:
    nobody has to put it back behind each of them in front of each."""
    left: dict[str, dict[Cause, None]] = {}
    hurt: dict[str, dict[Cause, None]] = {}
    for carried in edges:
        edge, cause = carried[0], _reason_of(carried)
        if (
            cause is not None
            and edge.counterfactual
            and len(edge.polluters) == 1
            and not known.suite.tracks(cause[0])
        ):
            left.setdefault(edge.polluters[0], {})[cause] = None
            hurt.setdefault(edge.test, {})[cause] = None
    return tuple(_attributed(each, left, hurt, known) for each in edges) if left else tuple(edges)


def _attributed(
    carried: Carried, left: Mapping[str, Collection[Cause]], hurt: Mapping[str, Collection[Cause]], known: Knowledge
) -> Carried:
    edge, locations = carried
    if locations or edge.counterfactual is not None or len(edge.polluters) != 1 or edge.polluters[0] == edge.test:
        return carried
    both = [each for each in left.get(edge.polluters[0], ()) if each in hurt.get(edge.test, ())]
    witness = Witness(edge.polluters, edge.test)
    if len(both) != 1 or both[0][1] != edge.effect or (witness, both[0][:1]) in known.evidence.restored:
        return carried
    return edge, both[0][:1]


def with_members(edges: Sequence[Carried], known: Knowledge) -> tuple[Carried, ...]:
    """The edges; those of a proven cause are confirmed by an execution that shows them and one that put the
    location back: the mechanism is known, and only who is concerned was open (one execution asks about many)."""
    proven = proven_causes(edges)
    cured = {(edge.test, _reason_of((edge, places))) for edge, places in edges if edge.counterfactual}
    sure = cache(lambda test: is_sure(test, known))  # all that was run before a test is gone through: once a test
    return tuple(_as_member(each, proven, cured, sure) for each in edges)


def _as_member(
    carried: Carried,
    proven: frozenset[Cause],
    cured: set[tuple[str, Cause | None]],
    is_sure_of: Callable[[str], bool],
) -> Carried:
    edge, locations = carried
    cause = cause_of(carried)
    if edge.confirmed or cause not in proven or (edge.test, cause) not in cured or len(edge.polluters) != 1:
        return carried
    if not is_sure_of(edge.test):
        return carried
    return replace(edge, confirmed=True, counterfactual=True), locations
