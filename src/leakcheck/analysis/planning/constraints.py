"""What a plan has to keep so that no known edge can act: who runs before whom, and who in one process with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leakcheck.records import Edge, Leak

OUTSIDE = frozenset({"files", "databases"})
"""Kinds of state that processes share: to be in another one is no help."""


@dataclass(frozen=True)
class Constraints:
    """`behind`: test -> those that have to run before it wherever they run in one process with it. `bonds`: tests
    that need one process, and are wanted in this sequence. `stuck`: tests that no plan helps, as what hurts them is
    the import of a file."""

    behind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bonds: tuple[tuple[str, ...], ...] = ()
    stuck: tuple[str, ...] = ()

    @property
    def bound(self) -> frozenset[str]:
        """Every test that a constraint is about."""
        behind = (test for late, early in self.behind.items() for test in (late, *early))
        return frozenset((*behind, *(test for bond in self.bonds for test in bond)))


def constraints_of(tests: Sequence[str], edges: Iterable[Edge], leaks: Iterable[Leak]) -> Constraints:
    """What keeps these edges from acting."""
    place = {test: number for number, test in enumerate(tests)}
    acting = [edge for edge in edges if edge.effect in ("breaks", "enables") and edge.test in place]
    known = [edge for edge in acting if set(edge.polluters) <= place.keys()]
    hurting = [edge for edge in known if edge.effect == "breaks" and edge.test not in edge.polluters]
    setting = [edge for edge in known if edge.effect == "enables"]
    outside = frozenset(leak.id for leak in leaks if leak.location.kind in OUTSIDE)
    behind = _behind(hurting)
    bonds = (*_setters(setting, behind, place), *_shared(hurting, outside))
    stuck = {edge.test for edge in acting if edge.effect == "breaks" and not set(edge.polluters) <= place.keys()}
    return Constraints(behind, bonds, tuple(sorted(stuck, key=place.__getitem__)))


def _behind(hurting: Iterable[Edge]) -> Mapping[str, frozenset[str]]:
    """A polluter comes behind its victim. Of several that hurt only together, one is enough: the last."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge in hurting:
        found[edge.polluters[-1]].add(edge.test)
    return {test: frozenset(early) for test, early in found.items()}


def _setters(
    setting: Iterable[Edge], behind: Mapping[str, Collection[str]], place: Mapping[str, int]
) -> Iterator[tuple[str, ...]]:
    """Of those who set a brittle test up, the ones that it is easiest to have in front of it."""
    choices: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for edge in setting:
        choices[edge.test].append(edge.polluters)
    for test, ways in choices.items():

        def effort(way: tuple[str, ...], test: str = test) -> tuple[bool, int, bool, int]:
            against = any(test in behind.get(each, ()) for each in way)
            late = place[way[-1]] > place[test]
            return against, len(way), late, abs(place[test] - place[way[-1]])

        yield (*min(ways, key=effort), test)


def _shared(hurting: Iterable[Edge], outside: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Who shares state outside of the processes: the victim first, in the same process."""
    for edge in hurting:
        if edge.leak in outside:
            yield edge.test, edge.polluters[-1]
