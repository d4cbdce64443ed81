"""Changes that outlived their cause, grouped by root cause: one location, written through the same lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leakcheck.analysis.coverage import Coverage
from leakcheck.analysis.edges import Carried
from leakcheck.analysis.profiles import Profile
from leakcheck.records import Change, Impact, Leak, Location, Source, Suite

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
    groups: dict[tuple[Location, tuple[tuple[str, int], ...]], list[Left]] = {}
    for left in (*_all_left(profiles, suite), *chained):
        groups.setdefault((left.change.location, _lines(left.change)), []).append(left)
    leaks = [_leak(group, profiles, edges, coverage) for group in groups.values()]
    told = sorted((leak for leak in leaks if _worth_telling(leak)), key=_rank)
    return tuple(replace(leak, id=f"L{number}") for number, leak in enumerate(told, start=1))


def _all_left(profiles: Mapping[str, Profile], suite: Suite) -> Iterable[Left]:
    for profile in profiles.values():
        yield from (Left(profile.test, change) for change in profile.changes)
    yield from (Left(change.cause, change) for change in suite.import_changes)


def _lines(change: Change) -> tuple[tuple[str, int], ...]:
    return tuple(sorted({(source.file, source.line) for source in change.sources}))


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
    paths = change.paths
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
    return tuple(dict.fromkeys(source for left in group for source in left.change.sources))


def _worth_telling(leak: Leak) -> bool:
    """What only live fixtures can see, or lies inside a third party's object, is told only if it hurts."""
    return leak.impact == "broken" or not (leak.internal or (leak.impact == "latent" and leak.reach != "suite"))


def _rank(leak: Leak) -> tuple[int, int, Location]:
    return _IMPACT_ORDER[leak.impact], -len(leak.victims), leak.location
