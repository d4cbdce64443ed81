"""The deep look: what leaked, where no watched location tells.

The polluters run with a look at everything before and behind them. What they changed is put back in front of the
victim, all at once, then in ever smaller parts (delta debugging), until the least is found with which the victim
behaves as alone. A last run follows just that, line by line, to the one that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.analysis.facts.evidence import Witness
from leakcheck.analysis.graph.deep_findings import container
from leakcheck.analysis.graph.untracked_leaks import GLOBALS, left_quietly
from leakcheck.records import Change, DeepLook, DeepPutBack, Location, Pinpoint, Restoring, Suite
from leakcheck.records.questions import puts_back
from leakcheck.search.proof import accusing_without_location
from leakcheck.search.questions import Asked, Asking, Inquiry, ask, shrink
from leakcheck.search.session import AuditSession

PIONEERS = 4
MAX_WITNESSES = 100
MAX_LINES = 30
SECONDS = 60.0

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
            if not left.change.sources and bench.suite.kind(left.change.location).restorable:
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
    for groups in ((*related, *_alike(bench, changes)), *stages(changes, bench.suite)):
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
            parents = {container(location, bench.suite) for location in locations}
            yield tuple(location for location in locations if location in changed)
            yield tuple(location for location in changed if container(location, bench.suite) in parents)


def _alike(bench: AuditSession, changes: Sequence[Change]) -> Groups:
    """What cured anybody, and what is of the same kind: many tests are made after one pattern. (What all modules
    hold has none.)"""
    changed = tuple(change.location for change in changes)
    cured = [locations for _, locations in bench.evidence().pinpointed]
    yield tuple(dict.fromkeys(each for locations in cured for each in locations if each in changed))
    for kind in dict.fromkeys(location.kind for locations in cured for location in locations):
        if kind != GLOBALS:
            yield tuple(location for location in changed if location.kind == kind)


def stages(changes: Sequence[Change], suite: Suite) -> Iterator[Groups]:
    """What is put back together, stage by stage: the next is asked only where none of a stage cures."""
    yield _own(changes, suite)
    yield _each_kind(changes, suite)
    yield _foreign(changes)
    yield _everything(changes, suite)


def _own(changes: Sequence[Change], suite: Suite) -> Groups:
    """What the project's own modules hold, and settings of the process."""
    own = [change.location for change in changes if not change.internal]
    held = [each for each in own if suite.kind(each).held]
    yield from _by_kind(sorted(held, key=lambda each: suite.kind(each).tracking == "on demand"))
    yield tuple(_settings(changes, suite))
    yield from _by_kind(_that_go(own, "apart", suite))
    yield tuple(_that_go(own, "never", suite))


def _each_kind(changes: Sequence[Change], suite: Suite) -> Groups:
    """Settings of one kind at a time: put back all together, one may take away what the test needs, such as the
    handler that a fixture of the session has added."""
    groups = _by_kind(_settings(changes, suite))
    return groups if len(groups) > 1 else []


def _settings(changes: Sequence[Change], suite: Suite) -> list[Location]:
    return _that_go([change.location for change in changes if not change.internal], "together", suite)


def _that_go(locations: Iterable[Location], way: Restoring, suite: Suite) -> list[Location]:
    """Those that are put back in this way; entries of containers are a matter of their own."""
    kinds = ((each, suite.kind(each)) for each in locations)
    return [each for each, kind in kinds if kind.about.put_back == way and not kind.held]


def _by_kind(locations: Iterable[Location]) -> list[tuple[Location, ...]]:
    """Those of each kind together."""
    groups: dict[str, list[Location]] = {}
    for each in locations:
        groups.setdefault(each.kind, []).append(each)
    return list(map(tuple, groups.values()))


def _foreign(changes: Sequence[Change]) -> Groups:
    """What others' modules hold, by package."""
    by_package: dict[str, list[Location]] = {}
    for change in changes:
        if change.internal:
            by_package.setdefault(change.location.owner.partition(".")[0], []).append(change.location)
    return (tuple(group) for group in by_package.values())


def _everything(changes: Sequence[Change], suite: Suite) -> Groups:
    """What has to go together, and chance."""
    everything = tuple(change.location for change in changes)
    yield from _by_kind(_that_go(everything, "last", suite))
    yield tuple(change.location for change in changes if not change.internal)
    yield everything


def _least(witness: Witness, locations: tuple[Location, ...]) -> Asking[tuple[Location, ...]]:
    """The smallest part of `locations` that still cures."""
    return shrink(
        locations,
        lambda part: _put_back(witness, part),
        lambda evidence, asked: evidence.cured(witness, puts_back(asked.question)),
    )
