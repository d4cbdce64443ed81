"""Which single fixes free the most tests, and which tests need several.

A fix ends one leak, or all that one fixture or one line leaves. An edge is cut when one of its polluters no longer
leaves what carries it; a test is free when all its confirmed edges are cut. No fix of a leak frees a brittle test,
which needs that leak: it is fixed where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leakcheck.analysis.advice.by_kind import BRITTLE, leak_advice, lines_of
from leakcheck.analysis.facts.evidence import Evidence, Witness
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Edge, Fix, JointFix, Leak, Location, Suite

Cut = frozenset[str]
"""Ids of fixes that cut an edge together."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What frees one test: of each of its edges, the ways to cut it. No way: its leak is not known."""

    test: str
    edges: tuple[frozenset[Cut], ...]

    def freed_by(self, fixes: frozenset[str]) -> bool:
        return all(any(cut <= fixes for cut in cuts) for cuts in self.edges)

    @property
    def touched(self) -> frozenset[str]:
        """The fixes that help to free it."""
        return frozenset(fix for cuts in self.edges for cut in cuts for fix in cut)


def fixes_of(
    carried: Iterable[Carried], leaks: Sequence[Leak], suite: Suite, evidence: Evidence
) -> tuple[tuple[Fix, ...], tuple[JointFix, ...]]:
    """The single fixes, those that free most tests first, and the joint ones, for tests that none of them frees."""
    known = [each for each in carried if each[0].confirmed]
    fixes = _fixes(leaks)
    needs = _needs([each for each in known if each[0].effect == "breaks"], leaks, fixes, evidence)
    exposed = _needs([each for each in known if each[0].effect == "enables"], leaks, fixes, evidence)
    touching, exposing = _touching(needs), _touching(exposed)
    told = [_told(fix, touching.get(fix.id, ()), exposing.get(fix.id, ())) for fix in fixes]
    found = [fix for fix in told if fix.frees or fix.touches] + _in_place(exposed, suite)
    ranked = sorted(found, key=lambda fix: (-len(fix.frees), -len(fix.touches)))
    names = {fix.id: f"F{number}" for number, fix in enumerate(ranked, start=1)}
    joint = _joint(needs, names)
    return tuple(replace(fix, id=names[fix.id]) for fix in ranked), joint


def _fixes(leaks: Iterable[Leak]) -> list[Fix]:
    """A fix for each fixture that leaks, one for each line that alone leaks something, and one for every other
    leak."""
    groups: dict[object, list[Leak]] = {}
    for leak in leaks:
        groups.setdefault(_fixture(leak) or _line(leak) or leak.id, []).append(leak)
    return [_fix(group) for group in groups.values()]


def _fixture(leak: Leak) -> object:
    """The fixture that alone wrote `leak`; two of one name are told apart by the tests that use them."""
    fixtures = {(source.fixture, source.scope) for source in leak.sources}
    ((name, scope),) = fixtures if len(fixtures) == 1 else [(None, None)]
    return (name, scope, frozenset(leak.polluters)) if name else None


def _line(leak: Leak) -> object:
    """The line that alone wrote `leak`, and who ran it."""
    lines = lines_of(leak)
    return (*lines, frozenset(leak.polluters)) if len(lines) == 1 else None


def _fix(group: Sequence[Leak]) -> Fix:
    first = group[0]
    source = first.sources[0] if first.sources else None
    file, line = (source.file, source.line) if source else (first.polluters[0].partition("::")[0], 0)
    fixture = source.fixture if source and _fixture(first) else None
    advice = " ".join(dict.fromkeys(leak_advice(leak) for leak in group))
    lines = 1 if fixture else max(1, len(lines_of(first)))
    return Fix(first.id, tuple(leak.id for leak in group), file, line, fixture, (), (), (), advice, lines)


def _needs(
    carried: Iterable[Carried], leaks: Iterable[Leak], fixes: Iterable[Fix], evidence: Evidence
) -> list[Needs]:
    """What each test needs, in the order of its first edge."""
    fix_of = {leak: fix.id for fix in fixes for leak in fix.leaks}
    by_place: dict[Location, list[Leak]] = {}
    for leak in leaks:
        for location in leak.locations:
            by_place.setdefault(location, []).append(leak)
    found: dict[str, list[frozenset[Cut]]] = {}
    for edge, locations in carried:
        enough = _enough(edge, locations, evidence)
        cuts = (_cut(by, places, by_place, fix_of) for by in edge.polluters for places in enough)
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
    fix_of: Mapping[str, str],
) -> Cut:
    """The fixes after which `polluter` leaves nothing at `locations`; none if it is not known to leave anything."""
    left = (leak for place in locations for leak in by_place.get(place, ()) if polluter in leak.polluters)
    return frozenset(fix_of[leak.id] for leak in left)


def _touching(needs: Iterable[Needs]) -> Mapping[str, Sequence[Needs]]:
    """fix -> those that it helps to free."""
    found: dict[str, list[Needs]] = {}
    for need in needs:
        for fix in need.touched:
            found.setdefault(fix, []).append(need)
    return found


def _told(fix: Fix, touched: Iterable[Needs], exposed: Iterable[Needs]) -> Fix:
    alone = frozenset({fix.id})
    freed = {each.test: each.freed_by(alone) for each in touched}
    return replace(
        fix,
        frees=tuple(test for test, is_free in freed.items() if is_free),
        touches=tuple(test for test, is_free in freed.items() if not is_free),
        exposes=tuple(each.test for each in exposed),
    )


def _in_place(brittle: Iterable[Needs], suite: Suite) -> list[Fix]:
    """The fixes of brittle tests: each makes what it needs by itself."""
    places = {item.id: (item.file, item.line) for item in suite.tests}
    return [Fix(need.test, (), *places[need.test], None, (need.test,), (), (), BRITTLE) for need in brittle]


def _joint(needs: Iterable[Needs], names: Mapping[str, str]) -> tuple[JointFix, ...]:
    """Tests that need several fixes, those of equal needs together, in the order of the fixes."""
    found: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for need in needs:
        if not any(need.freed_by(frozenset({fix})) for fix in need.touched):
            together = _together(need)
            enough = need.freed_by(together)
            shown = tuple(sorted((names[each] for each in together), key=lambda name: int(name[1:])))
            found.setdefault((shown, enough), []).append(need.test)
    return tuple(JointFix(tuple(tests), fixes, enough) for (fixes, enough), tests in found.items())


def _together(need: Needs) -> Cut:
    """Fixes that cut every edge that can be cut: first those without a choice, then the least that is missing."""
    chosen: Cut = frozenset()
    for cuts in sorted((cuts for cuts in need.edges if cuts), key=len):
        if not any(cut <= chosen for cut in cuts):
            chosen |= min(cuts, key=lambda cut: (len(cut - chosen), sorted(cut)))
    return chosen
