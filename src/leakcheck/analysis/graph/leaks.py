"""Changes that outlived their cause, grouped by root cause: one location, written through the same lines.

What lies inside a third party's object is written by the third party's code: a line in the test itself only calls
it, and each test has another. What such tests have in common is the location, so that is their root cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from leakcheck.analysis.facts.coverage import Coverage, readers_of
from leakcheck.analysis.facts.places import Places
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.entries import is_own_line, one_entry_each
from leakcheck.analysis.graph.paths import joined_paths, the_one
from leakcheck.records import Change, Edge, Impact, Leak, Location, Source, Suite

_NO_LINE = ("", 0)
_TESTS_THEMSELVES = ("", 1)
"""In the place of the lines by which tests themselves call what changes a third party's object."""


@dataclass(frozen=True, slots=True)
class LeftChange:
    """A change and who left it: a test, or a test file for an import leak."""

    by: str
    change: Change


def leaks_of(
    profiles: Mapping[str, SoloProfile],
    edges: Sequence[Carried],
    coverage: Coverage,
    suite: Suite,
    chained: Iterable[LeftChange] = (),
) -> tuple[Leak, ...]:
    """All leaks worth telling, the most damaging first, with ids in that order."""
    by_location: dict[Location, list[LeftChange]] = {}
    for left in (*_all_left(profiles, suite), *chained):
        by_location.setdefault(left.change.location, []).append(left)
    carried: dict[Location, list[Edge]] = {}
    for edge, carriers in edges:
        for location in dict.fromkeys(carriers):
            carried.setdefault(location, []).append(edge)
    number = {test: place for place, test in enumerate(profiles)}
    imported = (
        location for location, every in by_location.items() if any(each.by not in profiles for each in every)
    )
    known = _Facts(profiles, number, carried, coverage, readers_of(profiles, Places.of(imported)), suite)
    groups = (group for every in by_location.values() for group in by_root_cause(with_lines(every)))
    leaks = [_leak(group, known) for group in groups]
    told = one_entry_each(leak for leak in leaks if _worth_telling(leak))
    return tuple(replace(leak, id=f"L{number}") for number, leak in enumerate(told, start=1))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all leaks are held against: profiles and their order, edges by the locations that carry them, who met
    what, the readers of what imports leave, and the suite with its kinds of state."""

    profiles: Mapping[str, SoloProfile]
    number: Mapping[str, int]
    carried: Mapping[Location, Sequence[Edge]]
    coverage: Coverage
    readers: Mapping[Location, Sequence[str]]
    suite: Suite


def _all_left(profiles: Mapping[str, SoloProfile], suite: Suite) -> Iterable[LeftChange]:
    for profile in profiles.values():
        yield from (LeftChange(profile.test, change) for change in profile.changes)
    yield from (LeftChange(change.cause, change) for change in suite.import_changes)


def with_lines(lefts: Sequence[LeftChange]) -> list[LeftChange]:
    """What was left at one location, with the lines that were seen once also where it was seen without them: an
    import is recorded where its line is traced, and again where only what it left is compared."""
    lines = {left.by: left.change.sources for left in lefts if left.change.sources}
    return [
        left
        if left.change.sources or left.by not in lines
        else replace(left, change=replace(left.change, sources=lines[left.by]))
        for left in lefts
    ]


@dataclass(eq=False, slots=True)
class _Group:
    """What was left through lines in common; `rank` is when the last of it was added."""

    rank: int
    lines: set[tuple[str, int]]
    lefts: list[LeftChange]


def by_root_cause(lefts: Iterable[LeftChange]) -> list[list[LeftChange]]:
    """What was left through lines that these have in common, directly or through others; the lineless together, and
    what is inside a third party's object and was changed by no line but the tests' own."""
    groups: dict[tuple[str, int], _Group] = {}
    for rank, left in enumerate(lefts):
        lines = {_line(source, left) for source in left.change.sources} or {_NO_LINE}
        joined = sorted({groups[line] for line in lines if line in groups}, key=lambda each: each.rank)
        group, *others = joined or [_Group(rank, set(), [])]
        for other in others:
            group.lines |= other.lines
            group.lefts += other.lefts
        group.rank = rank
        group.lines |= lines
        group.lefts.append(left)
        groups.update(dict.fromkeys(lines.union(*(other.lines for other in others)), group))
    return [group.lefts for group in sorted(set(groups.values()), key=lambda each: each.rank)]


def _line(source: Source, left: LeftChange) -> tuple[str, int]:
    is_own = left.change.internal and is_own_line(source, (left.by,))
    return _TESTS_THEMSELVES if is_own else (source.file, source.line)


def _leak(group: Sequence[LeftChange], known: _Facts) -> Leak:
    change = group[0].change
    location = change.location
    polluters = dict.fromkeys(left.by for left in group)
    hurt = [edge for edge in known.carried.get(location, ()) if not polluters.keys().isdisjoint(edge.polluters)]
    victims = tuple(dict.fromkeys(edge.test for edge in hurt if edge.effect in ("breaks", "enables")))
    digests = {left.change.digest for left in group}
    readers = _readers(location, digests, polluters, known)
    impact: Impact = "broken" if victims else "read" if readers else "latent"
    paths = joined_paths(left.change.paths for left in group)
    one = the_one(paths, change.before, change.after)
    return Leak(
        id="",
        location=location,
        impact=impact,
        polluters=tuple(polluters),
        victims=victims,
        readers=readers,
        sources=_sources(group),
        before=one.before,
        after=one.after,
        path=one.path or None,
        paths=paths,
        reach=change.reach,
        internal=all(left.change.internal for left in group),
        kind=known.suite.kind(location),
    )


def _readers(
    location: Location, digests: Iterable[str], polluters: Mapping[str, None], known: _Facts
) -> tuple[str, ...]:
    """Tests that were seen to start with the leaked value and consult its location."""
    seen = {test for digest in digests for test in known.coverage.readers.get((location, digest), ())}
    files = {polluter for polluter in polluters if polluter not in known.profiles}
    if files:
        seen |= {test for test in known.readers.get(location, ()) if files.isdisjoint(_above(test))}
    readers = (test for test in seen if test in known.number and test not in polluters)
    return tuple(sorted(readers, key=known.number.__getitem__))


def _above(test: str) -> Iterator[str]:
    """The file and the classes of a test."""
    parts = test.split("::")
    return ("::".join(parts[:number]) for number in range(1, len(parts)))


def _sources(group: Sequence[LeftChange]) -> tuple[Source, ...]:
    """The lines that wrote, those first that most went through."""
    counts = Counter(source for left in group for source in left.change.sources)
    return tuple(source for source, _ in counts.most_common())


def _worth_telling(leak: Leak) -> bool:
    """What only live fixtures can see, or lies inside a third party's object, is told only if it hurts."""
    return leak.impact == "broken" or not (leak.internal or (leak.impact == "latent" and leak.reach != "suite"))
