"""What is put back together while it is searched for what leaked: the likely first, in stages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.records import Change, Location, Restoring, Suite

Group = tuple[Location, ...]
"""Locations that are put back together."""
Groups = Iterable[Group]


def stages(changes: Sequence[Change], suite: Suite) -> Iterator[Groups]:
    """What is put back together, stage by stage: the next is asked only where none of a stage cures."""
    yield _own(changes, suite)
    yield _each_kind(changes, suite)
    yield _foreign(changes)
    yield _everything(changes, suite)


def _own(changes: Sequence[Change], suite: Suite) -> Groups:
    """What the project's own modules hold, and settings of the process."""
    yield from own_groups([change.location for change in changes if not change.internal], suite)


def own_groups(own: Sequence[Location], suite: Suite) -> Groups:
    """Entries of containers by their kind, what is compared first; then settings."""
    held = [each for each in own if suite.kind(each).held]
    yield from by_kind(sorted(held, key=lambda each: suite.kind(each).tracking == "on demand"))
    yield tuple(_that_go(own, "together", suite))
    yield from by_kind(_that_go(own, "apart", suite))
    yield tuple(_that_go(own, "never", suite))


def _each_kind(changes: Sequence[Change], suite: Suite) -> Groups:
    """Settings of one kind at a time: put back all together, one may take away what the test needs, such as the
    handler that a fixture of the session has added."""
    groups = by_kind(_settings(changes, suite))
    return groups if len(groups) > 1 else []


def _settings(changes: Sequence[Change], suite: Suite) -> list[Location]:
    return _that_go([change.location for change in changes if not change.internal], "together", suite)


def _that_go(locations: Iterable[Location], way: Restoring, suite: Suite) -> list[Location]:
    """Those that are put back in this way; entries of containers are a matter of their own."""
    kinds = ((each, suite.kind(each)) for each in locations)
    return [each for each, kind in kinds if kind.about.put_back == way and not kind.held]


def by_kind(locations: Iterable[Location]) -> list[tuple[Location, ...]]:
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
    yield from by_kind(_that_go(everything, "last", suite))
    yield tuple(change.location for change in changes if not change.internal)
    yield everything
