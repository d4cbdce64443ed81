"""Root causes: one location that many edges are due to, proven by one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.graph.certainty import is_sure
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Location

Cause = tuple[Location, str]
"""A location that is known to be the reason, and the effect that it has."""


def cause_of(carried: Carried) -> Cause | None:
    """What an edge is due to, if that is one recorded location."""
    edge, locations = carried
    is_one = len(locations) == 1 and edge.effect in ("breaks", "enables") and edge.polluters != (edge.test,)
    return (locations[0], edge.effect) if is_one else None


def proven_causes(edges: Iterable[Carried]) -> frozenset[Cause]:
    """Causes of which one member is proven in full: by executions of its own, with the location put back."""
    found = (cause_of(each) for each in edges if each[0].confirmed and each[0].counterfactual)
    return frozenset(each for each in found if each is not None)


def with_members(edges: Sequence[Carried], known: Knowledge) -> tuple[Carried, ...]:
    """The edges; those of a proven cause are confirmed by an execution that shows them and one that put the
    location back: the mechanism is known, and only who is concerned was open (one execution asks about many)."""
    proven = proven_causes(edges)
    cured = {(edge.test, cause_of((edge, places))) for edge, places in edges if edge.counterfactual}
    return tuple(_as_member(each, proven, cured, known) for each in edges)


def _as_member(
    carried: Carried, proven: frozenset[Cause], cured: set[tuple[str, Cause | None]], known: Knowledge
) -> Carried:
    edge, locations = carried
    cause = cause_of(carried)
    if edge.confirmed or cause not in proven or (edge.test, cause) not in cured or len(edge.polluters) != 1:
        return carried
    if not is_sure(edge.test, known):
        return carried
    return replace(edge, confirmed=True, counterfactual=True), locations
