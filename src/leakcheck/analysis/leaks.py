"""Changes that outlived their cause, grouped by root cause: one location, written through the same lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from leakcheck.analysis.coverage import Coverage
from leakcheck.analysis.edges import Carried
from leakcheck.analysis.profiles import Profile
from leakcheck.records import Change, Impact, Leak, Location, PathChange, Source, Suite

MAX_PATHS = 20
_IMPACT_ORDER: Mapping[Impact, int] = {"broken": 0, "read": 1, "latent": 2}


@dataclass(frozen=True, slots=True)
class Left:
    """A change and who left it: a test, or a test file for an import leak."""

    by: str
    change: Change


def leaks_of(
    profiles: Mapping[str, Profile],
    edges: Sequence[Carried],
    coverage: Coverage,
    suite: Suite,
    chained: Iterable[Left] = (),
) -> tuple[Leak, ...]:
    """All leaks worth telling, the most damaging first, with ids in that order."""
    by_location: dict[Location, list[Left]] = {}
    for left in (*_all_left(profiles, suite), *chained):
        by_location.setdefault(left.change.location, []).append(left)
    groups = (group for every in by_location.values() for group in _by_lines(every))
    leaks = [_leak(group, profiles, edges, coverage) for group in groups]
    told = sorted((leak for leak in leaks if _worth_telling(leak)), key=_rank)
    return tuple(replace(leak, id=f"L{number}") for number, leak in enumerate(told, start=1))


def _all_left(profiles: Mapping[str, Profile], suite: Suite) -> Iterable[Left]:
    for profile in profiles.values():
        yield from (Left(profile.test, change) for change in profile.changes)
    yield from (Left(change.cause, change) for change in suite.import_changes)


def _by_lines(lefts: Iterable[Left]) -> list[list[Left]]:
    """What was left through lines that these have in common, directly or through others; the lineless together."""
    groups: list[tuple[set[tuple[str, int]], list[Left]]] = []
    for left in lefts:
        lines = {(source.file, source.line) for source in left.change.sources}
        joined = [each for each in groups if (lines & each[0] if lines else not each[0])]
        groups = [each for each in groups if each not in joined]
        every = [known for _, group in joined for known in group]
        groups.append((lines.union(*(each[0] for each in joined)), [*every, left]))
    return [group for _, group in groups]


def _leak(
    group: Sequence[Left],
    profiles: Mapping[str, Profile],
    edges: Sequence[Carried],
    coverage: Coverage,
) -> Leak:
    change = group[0].change
    location = change.location
    polluters = tuple(dict.fromkeys(left.by for left in group))
    hurt = [edge for edge, carriers in edges if location in carriers and set(edge.polluters) & set(polluters)]
    victims = tuple(dict.fromkeys(edge.test for edge in hurt if edge.effect in ("breaks", "enables")))
    digests = {left.change.digest for left in group}
    readers = _readers(location, digests, polluters, profiles, coverage)
    impact: Impact = "broken" if victims else "read" if readers else "latent"
    paths = _paths(group)
    return Leak(
        id="",
        location=location,
        impact=impact,
        polluters=polluters,
        victims=victims,
        readers=readers,
        sources=_sources(group),
        before=paths[0].before if len(paths) == 1 else change.before,
        after=paths[0].after if len(paths) == 1 else change.after,
        path=paths[0].path if len(paths) == 1 else None,
        paths=paths,
        reach=change.reach,
        internal=all(left.change.internal for left in group),
    )


def _paths(group: Sequence[Left]) -> tuple[PathChange, ...]:
    """Where in the value it differs: as the first has left it, and where others have left it differently."""
    found = {each.path: each for left in reversed(group) for each in reversed(left.change.paths)}
    return tuple(islice(reversed(found.values()), MAX_PATHS))


def _readers(
    location: Location,
    digests: set[str],
    polluters: Sequence[str],
    profiles: Mapping[str, Profile],
    coverage: Coverage,
) -> tuple[str, ...]:
    """Tests that were seen to start with the leaked value and consult its location."""
    seen = {
        pair.reader
        for pair, execution in coverage.pairs.items()
        if execution and pair.location == location and pair.digest in digests
    }
    files = {polluter for polluter in polluters if polluter not in profiles}
    if files:
        seen |= {
            profile.test
            for profile in profiles.values()
            if profile.reads_any(location) and not any(profile.test.startswith(f"{file}::") for file in files)
        }
    return tuple(test for test in profiles if test in seen and test not in polluters)


def _sources(group: Sequence[Left]) -> tuple[Source, ...]:
    """The lines that wrote, those first that most went through."""
    counts = Counter(source for left in group for source in left.change.sources)
    return tuple(source for source, _ in counts.most_common())


def _worth_telling(leak: Leak) -> bool:
    """What only live fixtures can see, or lies inside a third party's object, is told only if it hurts."""
    return leak.impact == "broken" or not (leak.internal or (leak.impact == "latent" and leak.reach != "suite"))


def _rank(leak: Leak) -> tuple[int, int, Location]:
    return _IMPACT_ORDER[leak.impact], -len(leak.victims), leak.location
