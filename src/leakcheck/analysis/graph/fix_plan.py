"""Which single mends free the most tests, and which tests need several.

A mend ends one leak, or all that one fixture leaves. An edge is cut when one of its polluters no longer leaves what
carries it; a test is free when all its confirmed edges are cut. No mend of a leak frees a brittle test, which needs
that leak: it is mended where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leakcheck.analysis.advice.by_kind import BRITTLE, leak_advice
from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Edge, JointMend, Leak, Location, Mend, Suite

Cut = frozenset[str]
"""Ids of mends that cut an edge together."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What frees one test: of each of its edges, the ways to cut it. No way: its leak is not known."""

    test: str
    edges: tuple[frozenset[Cut], ...]

    def freed_by(self, mends: frozenset[str]) -> bool:
        return all(any(cut <= mends for cut in cuts) for cuts in self.edges)

    @property
    def touched(self) -> frozenset[str]:
        """The mends that help to free it."""
        return frozenset(mend for cuts in self.edges for cut in cuts for mend in cut)


def mends_of(
    carried: Iterable[Carried], leaks: Sequence[Leak], suite: Suite, evidence: Evidence
) -> tuple[tuple[Mend, ...], tuple[JointMend, ...]]:
    """The single mends, those that free most tests first, and the joint ones, for tests that none of them frees."""
    known = [each for each in carried if each[0].confirmed]
    mends = _mends(leaks)
    needs = _needs([each for each in known if each[0].effect == "breaks"], leaks, mends, evidence)
    exposed = _needs([each for each in known if each[0].effect == "enables"], leaks, mends, evidence)
    touching, exposing = _touching(needs), _touching(exposed)
    told = [_told(mend, touching.get(mend.id, ()), exposing.get(mend.id, ())) for mend in mends]
    found = [mend for mend in told if mend.frees or mend.touches] + _in_place(exposed, suite)
    ranked = sorted(found, key=lambda mend: (-len(mend.frees), -len(mend.touches)))
    names = {mend.id: f"M{number}" for number, mend in enumerate(ranked, start=1)}
    joint = _joint(needs, names)
    return tuple(replace(mend, id=names[mend.id]) for mend in ranked), joint


def _mends(leaks: Iterable[Leak]) -> list[Mend]:
    """A mend for each fixture that leaks, and one for every other leak."""
    groups: dict[object, list[Leak]] = {}
    for leak in leaks:
        groups.setdefault(_fixture(leak) or leak.id, []).append(leak)
    return [_mend(group) for group in groups.values()]


def _fixture(leak: Leak) -> object:
    """The fixture that alone wrote `leak`; two of one name are told apart by the tests that use them."""
    fixtures = {(source.fixture, source.scope) for source in leak.sources}
    ((name, scope),) = fixtures if len(fixtures) == 1 else [(None, None)]
    return (name, scope, frozenset(leak.polluters)) if name else None


def _mend(group: Sequence[Leak]) -> Mend:
    first = group[0]
    source = first.sources[0] if first.sources else None
    file, line = (source.file, source.line) if source else (first.polluters[0].partition("::")[0], 0)
    fixture = source.fixture if source and _fixture(first) else None
    advice = " ".join(dict.fromkeys(leak_advice(leak) for leak in group))
    return Mend(first.id, tuple(leak.id for leak in group), file, line, fixture, (), (), (), advice)


def _needs(
    carried: Iterable[Carried], leaks: Iterable[Leak], mends: Iterable[Mend], evidence: Evidence
) -> list[Needs]:
    """What each test needs, in the order of its first edge."""
    mend_of = {leak: mend.id for mend in mends for leak in mend.leaks}
    by_place: dict[Location, list[Leak]] = {}
    for leak in leaks:
        by_place.setdefault(leak.location, []).append(leak)
    found: dict[str, list[frozenset[Cut]]] = {}
    for edge, locations in carried:
        enough = _enough(edge, locations, evidence)
        cuts = (_cut(by, places, by_place, mend_of) for by in edge.polluters for places in enough)
        found.setdefault(edge.test, []).append(frozenset(cut for cut in cuts if cut))
    return [Needs(test, tuple(dict.fromkeys(edges))) for test, edges in found.items()]


def _enough(edge: Edge, locations: tuple[Location, ...], evidence: Evidence) -> Iterable[tuple[Location, ...]]:
    """What must be put back to undo an edge: each location by itself where that was shown, else all together."""
    behind = [Witness(edge.polluters, edge.test), Witness((), edge.test, edge.polluters)]
    alone = [each for each in locations if any(evidence.cured(witness, (each,)) for witness in behind)]
    return [(each,) for each in alone] or [locations]


def _cut(
    polluter: str,
    locations: Iterable[Location],
    by_place: Mapping[Location, Sequence[Leak]],
    mend_of: Mapping[str, str],
) -> Cut:
    """The mends after which `polluter` leaves nothing at `locations`; none if it is not known to leave anything."""
    left = (leak for place in locations for leak in by_place.get(place, ()) if polluter in leak.polluters)
    return frozenset(mend_of[leak.id] for leak in left)


def _touching(needs: Iterable[Needs]) -> Mapping[str, Sequence[Needs]]:
    """mend -> those that it helps to free."""
    found: dict[str, list[Needs]] = {}
    for need in needs:
        for mend in need.touched:
            found.setdefault(mend, []).append(need)
    return found


def _told(mend: Mend, touched: Iterable[Needs], exposed: Iterable[Needs]) -> Mend:
    alone = frozenset({mend.id})
    freed = {each.test: each.freed_by(alone) for each in touched}
    return replace(
        mend,
        frees=tuple(test for test, is_free in freed.items() if is_free),
        touches=tuple(test for test, is_free in freed.items() if not is_free),
        exposes=tuple(each.test for each in exposed),
    )


def _in_place(brittle: Iterable[Needs], suite: Suite) -> list[Mend]:
    """The mends of brittle tests: each makes what it needs by itself."""
    places = {item.id: (item.file, item.line) for item in suite.tests}
    return [Mend(need.test, (), *places[need.test], None, (need.test,), (), (), BRITTLE) for need in brittle]


def _joint(needs: Iterable[Needs], names: Mapping[str, str]) -> tuple[JointMend, ...]:
    """Tests that need several mends, those of equal needs together, in the order of the mends."""
    found: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for need in needs:
        if not any(need.freed_by(frozenset({mend})) for mend in need.touched):
            together = _together(need)
            enough = need.freed_by(together)
            shown = tuple(sorted((names[each] for each in together), key=lambda name: int(name[1:])))
            found.setdefault((shown, enough), []).append(need.test)
    return tuple(JointMend(tuple(tests), mends, enough) for (mends, enough), tests in found.items())


def _together(need: Needs) -> Cut:
    """Mends that cut every edge that can be cut: first those without a choice, then the least that is missing."""
    chosen: Cut = frozenset()
    for cuts in sorted((cuts for cuts in need.edges if cuts), key=len):
        if not any(cut <= chosen for cut in cuts):
            chosen |= min(cuts, key=lambda cut: (len(cut - chosen), sorted(cut)))
    return chosen
