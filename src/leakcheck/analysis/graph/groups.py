"""Strongly connected groups: tests each of which hurts every other of its group, be it through others."""

from __future__ import annotations

from collections.abc import Iterable

from leakcheck.records import Edge


def groups_of(edges: Iterable[Edge]) -> tuple[tuple[str, ...], ...]:
    """The groups of more than one test, the largest first, each in the order of its edges."""
    pairs = [(polluter, edge.test) for edge in edges if _hurts(edge) for polluter in edge.polluters]
    both = {polluter for polluter, _ in pairs} & {test for _, test in pairs}
    inner = [(polluter, test) for polluter, test in pairs if polluter != test and {polluter, test} <= both]
    if not inner:
        return ()
    import networkx  # takes longer than most reports, and most suites have no such group

    place = {test: number for number, test in enumerate(dict.fromkeys(test for pair in inner for test in pair))}
    found: Iterable[set[str]] = networkx.strongly_connected_components(networkx.DiGraph(inner))
    several = [tuple(sorted(each, key=place.__getitem__)) for each in found if len(each) > 1]
    return tuple(sorted(several, key=lambda each: (-len(each), place[each[0]])))


def _hurts(edge: Edge) -> bool:
    return edge.confirmed and edge.effect in ("breaks", "enables")
