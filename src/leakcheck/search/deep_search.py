"""The deep look: what leaked, where no watched location tells.

The polluters run with a look at everything before and behind them. What they changed is put back in front of the
victim, all at once, then in ever smaller parts (delta debugging), until the least is found with which the victim
behaves as alone. A last run follows just that, line by line, to the one that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.deep_findings import DEEP_KINDS, container
from leakcheck.analysis.graph.untracked_leaks import left_quietly
from leakcheck.records import UNDOABLE, Change, DeepLook, DeepPutBack, Location, Pinpoint
from leakcheck.records.questions import puts_back
from leakcheck.search.proof import accusing_without_location
from leakcheck.search.questions import Asked, Asking, Inquiry, ask, shrink
from leakcheck.search.session import AuditSession

PIONEERS = 4
MAX_WITNESSES = 100
MAX_LINES = 30
SECONDS = 60.0
_APART = (*DEEP_KINDS, *UNDOABLE, "random_state", "imports")
"""Kinds that are put back by themselves."""

Groups = Iterable[tuple[Location, ...]]
"""Locations that are put back together."""


def look_deep(bench: AuditSession) -> None:
    """Name the location of every confirmed edge that has none.

    A few tests first, then, with what was found, one witness of each test, then the other witnesses: each is a
    question or two. What is confirmed is worth some time even where that for finding more is spent.
    """
    bench.allow(SECONDS)
    first: dict[str, Witness] = {}
    for witness in _open(bench):
        first.setdefault(witness.test, witness)
    several = list(first.values())[:MAX_WITNESSES]
    for witnesses in (several[:PIONEERS], several[PIONEERS:]):
        ask(bench, "deep", [_inquire(bench, witness) for witness in witnesses])
    ask(bench, "deep", [_inquire(bench, witness) for witness in _open(bench)[:MAX_WITNESSES]])


def name_lines(bench: AuditSession) -> None:
    """Find the line that leaves what hurts nobody, for one test of each location."""
    wanted: dict[str, list[Location]] = {}
    known: set[Location] = set()
    for left in left_quietly(bench.executions, bench.suite):
        if left.change.location not in known and not bench.is_lethal(left.by):
            known.add(left.change.location)
            if not left.change.sources and left.change.location.kind not in UNDOABLE:
                wanted.setdefault(left.by, []).append(left.change.location)
    ask(bench, "lines", [_inquire_lines(test, places) for test, places in list(wanted.items())[:MAX_LINES]])


def _inquire_lines(test: str, locations: Sequence[Location]) -> Inquiry:
    """What a test changed is told before the last test runs: it runs twice."""
    yield [Asked(Witness((test,), test), Pinpoint(tuple(locations)))]


def _open(bench: AuditSession) -> list[Witness]:
    known = bench.evidence().deep
    return [witness for witness in accusing_without_location(bench) if witness.before and witness not in known]


def _inquire(bench: AuditSession, witness: Witness) -> Inquiry:
    evidence = yield [Asked(witness, DeepLook())]
    changes = evidence.deep.get(witness, ())
    related = list(_related(bench, witness, changes))
    stages = (_own(changes), _each_kind(changes), _foreign(changes), _everything(changes))
    for groups in ((*related, *_alike(bench, changes)), *stages):
        asked = [group for group in dict.fromkeys(groups) if group]
        if not asked:
            continue
        evidence = yield [_put_back(witness, group) for group in asked]
        cures = [group for group in asked if evidence.cured(witness, group)]
        if cures:
            best = min(cures, key=len)
            least = best if best in related else (yield from _least(witness, best))
            yield [Asked(witness, Pinpoint(least))]
            return


def _put_back(witness: Witness, locations: tuple[Location, ...]) -> Asked:
    return Asked(witness, DeepPutBack(locations))


def _related(bench: AuditSession, witness: Witness, changes: Sequence[Change]) -> Groups:
    """What cured others of the same polluters, or the same test behind others; and whatever else was put into the
    same containers."""
    changed = tuple(change.location for change in changes)
    for other, locations in bench.evidence().pinpointed:
        if other.before == witness.before or other.test == witness.test:
            parents = {container(location) for location in locations}
            yield tuple(location for location in locations if location in changed)
            yield tuple(location for location in changed if container(location) in parents)


def _alike(bench: AuditSession, changes: Sequence[Change]) -> Groups:
    """What cured anybody, and what is of the same kind: many tests are made after one pattern."""
    changed = tuple(change.location for change in changes)
    cured = [locations for _, locations in bench.evidence().pinpointed]
    yield tuple(dict.fromkeys(each for locations in cured for each in locations if each in changed))
    for kind in dict.fromkeys(location.kind for locations in cured for location in locations):
        if kind != "module_globals":
            yield tuple(location for location in changed if location.kind == kind)


def _own(changes: Sequence[Change]) -> Groups:
    """What the project's own modules hold, and settings of the process."""
    own = [change.location for change in changes if not change.internal]
    yield tuple(each for each in own if each.kind == "module_globals")
    yield tuple(each for each in own if each.kind == "caches")
    yield tuple(_settings(changes))
    yield tuple(each for each in own if each.kind == "imports")
    yield tuple(each for each in own if each.kind in UNDOABLE)


def _each_kind(changes: Sequence[Change]) -> Groups:
    """Settings of one kind at a time: put back all together, one may take away what the test needs, such as the
    handler that a fixture of the session has added."""
    settings = _settings(changes)
    kinds = dict.fromkeys(each.kind for each in settings)
    if len(kinds) > 1:
        yield from (tuple(each for each in settings if each.kind == kind) for kind in kinds)


def _settings(changes: Sequence[Change]) -> list[Location]:
    return [change.location for change in changes if not change.internal and change.location.kind not in _APART]


def _foreign(changes: Sequence[Change]) -> Groups:
    """What others' modules hold, by package."""
    by_package: dict[str, list[Location]] = {}
    for change in changes:
        if change.internal:
            by_package.setdefault(change.location.owner.partition(".")[0], []).append(change.location)
    return (tuple(group) for group in by_package.values())


def _everything(changes: Sequence[Change]) -> Groups:
    """What has to go together, and chance."""
    everything = tuple(change.location for change in changes)
    yield tuple(each for each in everything if each.kind == "random_state")
    yield tuple(change.location for change in changes if not change.internal)
    yield everything


def _least(witness: Witness, locations: tuple[Location, ...]) -> Asking[tuple[Location, ...]]:
    """The smallest part of `locations` that still cures."""
    return shrink(
        locations,
        lambda part: _put_back(witness, part),
        lambda evidence, asked: evidence.cured(witness, puts_back(asked.question)),
    )
