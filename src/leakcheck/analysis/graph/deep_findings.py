"""What deep looks have found, as leaks: the changes at the locations that carry an edge, and their lines.

Entries of one container that only cure together (all the names under which one metric is registered), or that were
put there by one line (each test's own key in a cache), are one location, that of the container.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain

from leakcheck.analysis.facts.evidence import Evidence
from leakcheck.analysis.graph.effects import Carried
from leakcheck.analysis.graph.leaks import LeftChange
from leakcheck.records import Change, Location, PathChange, Suite
from leakcheck.records.locations import ENTRY

_ENTRY = re.compile(f"{ENTRY}$")


def found_deep(carried: Iterable[Carried], evidence: Evidence, suite: Suite) -> list[LeftChange]:
    """Who left what at the locations that deep looks have proven to carry the edges; with its lines, if these were
    seen: a test that is followed line by line may end before it comes to that."""
    found: dict[tuple[str, Location], LeftChange] = {}
    for edge, locations in carried:
        tried = evidence.pinpointed_behind.get(edge.polluters, ())
        looks = (
            *(evidence.pinpointed[edge.polluters, each] for each in tried),
            evidence.deep.get(edge.polluters, ()),
        )
        for change in chain.from_iterable(looks):
            place = change.location
            if change.cause and (place in locations or container(place, suite) in locations):
                found.setdefault((change.cause, place), LeftChange(change.cause, change))
    return list(found.values())


def merged(
    carried: Sequence[Carried], left: Sequence[LeftChange], suite: Suite
) -> tuple[list[Carried], list[LeftChange]]:
    """The edges and their leaks; entries of one container that belong together go by the container's name, and so
    do such containers in one that holds them."""
    edges, leaks = list(carried), list(left)
    while True:
        more_edges, more_leaks = _merged_once(edges, leaks, suite)
        if len(more_leaks) == len(leaks) and more_edges == edges:
            return more_edges, more_leaks
        edges, leaks = more_edges, more_leaks


def _merged_once(
    carried: Sequence[Carried], left: Sequence[LeftChange], suite: Suite
) -> tuple[list[Carried], list[LeftChange]]:
    groups = _belonging(carried, left, suite)
    renamed = {location: container(location, suite) for group in groups for location in group}
    edges = [
        (edge, tuple(dict.fromkeys(renamed.get(each, each) for each in locations))) for edge, locations in carried
    ]
    together: dict[tuple[str, Location], list[Change]] = {}
    for each in left:
        location = renamed.get(each.change.location, each.change.location)
        together.setdefault((each.by, location), []).append(each.change)
    return edges, [LeftChange(by, _one(location, changes)) for (by, location), changes in together.items()]


def _belonging(carried: Sequence[Carried], left: Sequence[LeftChange], suite: Suite) -> Iterator[Set[Location]]:
    """Groups of entries of one container."""
    by_parent: dict[tuple[object, ...], set[Location]] = {}
    for number, (_, locations) in enumerate(carried):
        for location in locations if len(locations) > 1 else ():
            by_parent.setdefault((container(location, suite), number), set()).add(location)
    carrying = {location for _, locations in carried for location in locations}
    for change in (each.change for each in left):
        if change.location not in carrying and container(change.location, suite) in carrying:
            yield {change.location}
        around = {container(change.location, suite), _outermost(change.location, suite)}
        for source in change.sources:
            for each in around:
                by_parent.setdefault((each, source.file, source.line), set()).add(change.location)
    for (parent, *_), entries in by_parent.items():
        if len(entries) > 1 and isinstance(parent, Location) and parent.key:
            yield entries


def container(location: Location, suite: Suite) -> Location:
    """The container of an entry `[...]`; of any other location it is the location itself."""
    if not suite.kind(location).held or not location.key.endswith("]"):
        return location
    return replace(location, key=_ENTRY.sub("", location.key))


def _outermost(location: Location, suite: Suite) -> Location:
    """The container that holds all those around an entry."""
    while (above := container(location, suite)) != location:
        location = above
    return location


def told_with(change: Change) -> Iterator[Location]:
    """Where it is, and the entries that are told as its paths: none of them is a leak of its own besides."""
    yield change.location
    yield from (replace(change.location, key=f"{change.location.key}{each.path}") for each in change.paths)


def _one(location: Location, changes: Sequence[Change]) -> Change:
    first = changes[0]
    if first.location == location:
        return first
    paths = (path for each in changes for path in _inside(location, each))
    sources = dict.fromkeys(source for each in changes for source in each.sources)
    return replace(first, location=location, paths=tuple(paths), sources=tuple(sources))


def _inside(location: Location, change: Change) -> Iterator[PathChange]:
    """What changed, as paths of its container `location`."""
    way = change.location.key[len(location.key) :]
    if change.paths:
        yield from (replace(each, path=f"{way}{each.path}") for each in change.paths)
    else:
        yield PathChange(way, change.before, change.after)
