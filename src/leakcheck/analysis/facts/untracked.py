"""Locations that are compared and that some test changed when it ran alone: who may meet them, and who has.

Whether a test reads such a location is not known: each is taken to read it, unless the module that holds it was not
even loaded when the test ran alone, or, where that was asked, the code that it ran has none of the names by which
it can be read. A watched order shows how long a change stays in place; in the declared order, which ran before
anybody knew what to watch, it is taken to stay until somebody changes it who was seen to do so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from functools import reduce
from operator import or_

from leakcheck.analysis.facts.chains import Value
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.names_of import Places, places_of
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.facts.timeline import LeftValue, Timeline, changed_in_place
from leakcheck.records import Execution, Location, Suite
from leakcheck.records.name_sets import NameSet

MAX_WATCHED = 200
MAX_VALUES = 4
"""A location that is left with more different values (a counter, a log) is taken as one."""

Makers = Mapping[Value, tuple[str, ...]]
Bits = Mapping[Value, int]
"""A bit for each value: sets of values are numbers."""


def makers_elsewhere(profiles: Mapping[str, SoloProfile], suite: Suite) -> Makers:
    """value -> the tests that leave it, what few leave first; of too many, the most usual are left out."""
    digests: dict[Location, set[str]] = {}
    for profile in profiles.values():
        for location, digest in profile.elsewhere:
            digests.setdefault(location, set()).add(digest)
    found: dict[Value, list[str]] = {}
    for profile in profiles.values():
        for location, digest in profile.elsewhere:
            if suite.compares(location) and suite.kind(location).restorable:
                several = len(digests[location]) > MAX_VALUES
                found.setdefault((location, "" if several else digest), []).append(profile.test)
    ranked = sorted(found, key=lambda value: (len(found[value]), value))
    return {value: tuple(found[value]) for value in ranked[:MAX_WATCHED]}


def changed_elsewhere(known: Knowledge) -> tuple[Location, ...]:
    """What to look at in every order from now on."""
    return tuple(dict.fromkeys(location for location, _ in known.once_of_profiles(_makers)))


def unmet_elsewhere(known: Knowledge, *, by_names: bool = True) -> list[tuple[tuple[str, ...], str]]:
    """(maker, test) for every value that a test has not yet begun with; without `by_names` whatever names there are
    in the code that it ran."""
    makers = known.once_of_profiles(_makers)
    bits = _bits(makers)
    met: dict[str, int] = {}
    for execution, timeline in zip(known.executions, known.timelines, strict=True):
        if execution.order.watch and timeline.stays:
            _meet_watched(timeline, bits, met)
    sure = _sure(known, makers)
    blind = _never_seen(sure, bits, met)
    for execution in known.executions:
        if execution.order.kind == "declared" and not execution.order.watch:
            _meet_declared(execution, known, sure, bits, met)
    unmet: dict[Value, list[str]] = {value: [] for value in makers}
    for test, readable in known.once_of_profiles(_readable_by_name if by_names else _readable_if_loaded).items():
        missing = readable & ~blind & ~met.get(test, 0)
        for value in _of(missing, list(makers)):
            unmet[value].append(test)
    files = {item.id: item.file for item in known.suite.tests}
    kept = _kept_in_file(known, makers, files)
    asked = (
        (_maker(value, files.get(test, ""), (*sure[value], *makers[value]), kept, files), test)
        for value, tests in unmet.items()
        for test in tests
    )
    return [((maker,), test) for maker, test in asked if maker not in ("", test)]


def _maker(
    value: Value, file: str, tests: Sequence[str], kept: Collection[tuple[Value, str]], files: Mapping[str, str]
) -> str:
    """The first of `tests` that leaves the value to the tests of `file`, "" if none does."""
    return next((test for test in tests if files.get(test, "") == file or (value, test) not in kept), "")


def _kept_in_file(known: Knowledge, makers: Makers, files: Mapping[str, str]) -> frozenset[tuple[Value, str]]:
    """(value, maker) where a test of another file ran right behind a maker that was the first, and did not begin
    with the value: the end of a wider fixture has replaced what holds it."""
    gone = ((value, execution.runs) for value, execution, place in _gone(known, makers) if place == 1)
    others = (
        (value, first.test)
        for value, (first, second, *_) in gone
        if files.get(first.test) != files.get(second.test)
    )
    return frozenset(others)


def makers_by_place(known: Knowledge) -> Mapping[Location, Mapping[str, None]]:
    """location -> the tests that change it, be it by being the first to use it, and that no probe tracks it."""
    found: dict[Location, dict[str, None]] = {}
    for profile in known.evidence.profiles.values():
        for location in profile.places_elsewhere | profile.first_used:
            found.setdefault(location, {})[profile.test] = None
    return found


def _makers(known: Knowledge) -> Makers:
    return makers_elsewhere(known.evidence.profiles, known.suite)


def _of(mask: int, values: Sequence[Value]) -> Iterator[Value]:
    """The values whose bits `mask` has."""
    return (values[bit.bit_length() - 1] for bit in _ones(mask))


def _ones(mask: int) -> Iterator[int]:
    """The bits of `mask`."""
    while mask:
        last = mask & -mask
        yield last
        mask ^= last


def unnamed(known: Knowledge) -> frozenset[str]:
    """Tests of which it is not known what names there are in the code that they ran, and that may read what others
    changed."""
    readable, profiles = known.once_of_profiles(_readable_if_loaded), known.evidence.profiles
    return frozenset(test for test, mask in readable.items() if mask and not profiles[test].names)


def _bits(makers: Makers) -> Bits:
    return {value: 1 << number for number, value in enumerate(makers)}


def _readable_if_loaded(known: Knowledge) -> Mapping[str, int]:
    """test -> the values that it may read: not those in modules of the project that were not loaded with it."""
    profiles, owners = known.evidence.profiles, dict[str, int]()
    for (location, _), bit in _bits(known.once_of_profiles(_makers)).items():
        owners[location.owner] = owners.get(location.owner, 0) | bit
    modules = _modules(owners, profiles)
    others = sum(mask for owner, mask in owners.items() if owner not in modules)
    everything = sum(owners.values())
    return {
        test: everything
        if each.modules is None
        else others + sum(owners[module] for module in modules & _had(each))
        for test, each in profiles.items()
    }


def _had(profile: SoloProfile) -> frozenset[str]:
    """The modules of the project that a test had: those loaded behind it, and those that it changed as such, be it
    that it took them out of `sys.modules`: their names are keys."""
    return (profile.modules or frozenset()).union(place.key for place, _ in profile.elsewhere)


def _readable_by_name(known: Knowledge) -> Mapping[str, int]:
    """The same without those in modules of the project that it has no name for."""
    makers, profiles = known.once_of_profiles(_makers), known.evidence.profiles
    modules = _modules({location.owner for location, _ in makers}, profiles)
    places = {
        bit: found
        for (location, _), bit in _bits(makers).items()
        if location.owner in modules and (found := places_of(location)) is not None
    }
    named = sum(places)
    return {
        test: mask & ~named | _named(mask & named, profiles[test], places) if profiles[test].names else mask
        for test, mask in known.once_of_profiles(_readable_if_loaded).items()
    }


def _named(mask: int, profile: SoloProfile, places: Mapping[int, Places]) -> int:
    """What of `mask` has a name in the code that the test ran."""
    if not mask:
        return 0
    sets = [NameSet(text) for text in profile.names]
    return sum(bit for bit in _ones(mask) if any(each.may_hold(places[bit]) for each in sets))


def _modules(owners: Collection[str], profiles: Mapping[str, SoloProfile]) -> frozenset[str]:
    """Those of `owners` that are modules of the project."""
    found = frozenset[str]()
    return found.union(*(each.modules.intersection(owners) for each in profiles.values() if each.modules))


def _sure(known: Knowledge, makers: Makers) -> Makers:
    """The makers without those that were seen in a watched order to leave another value, or none, although they
    behaved as alone: who removes the module that holds it leaves the value to nobody."""
    without = {(value, execution.runs[place - 1].test) for value, execution, place in _gone(known, makers)}
    return {value: tuple(test for test in tests if (value, test) not in without) for value, tests in makers.items()}


def _gone(known: Knowledge, makers: Makers) -> Iterator[tuple[Value, Execution, int]]:
    """(value, execution, how many tests had run) where a maker behaved as alone in a watched order, and the test
    behind it did not begin with the value."""
    profiles, made = known.evidence.profiles, dict[str, list[Value]]()
    for value, tests in makers.items():
        for test in tests:
            made.setdefault(test, []).append(value)
    for execution, timeline in zip(known.executions, known.timelines, strict=True):
        for place, run in enumerate(execution.runs[:-1] if execution.order.watch else (), 1):
            if run.test in made and profiles[run.test].agrees(run.outcome):
                watched = (value for value in made[run.test] if value[0] in execution.order.watch)
                yield from ((each, execution, place) for each in watched if not _stands(each, timeline, place))


def _never_seen(sure: Makers, bits: Bits, met: Mapping[str, int]) -> int:
    """Values that nobody began with although all their makers ran before somebody in a watched order: a watch on
    them does not work, and no further order would tell more. (Who fails alone may leave what it had not come to
    take away.)"""
    seen = reduce(or_, met.values(), 0)
    return sum(bits[value] for value, tests in sure.items() if not tests and not bits[value] & seen)


def _stands(value: Value, timeline: Timeline, place: int) -> bool:
    left = timeline.value(value[0], place)
    return left is not None and value[1] in ("", left.digest)


def _meet_watched(timeline: Timeline, bits: Bits, met: dict[str, int]) -> None:
    def bits_of(location: Location, value: LeftValue) -> int:
        return bits.get((location, value.digest), 0) | bits.get((location, ""), 0)

    for run, mask in timeline.masks(bits_of):
        met[run.test] = met.get(run.test, 0) | mask


def _meet_declared(execution: Execution, known: Knowledge, sure: Makers, bits: Bits, met: dict[str, int]) -> None:
    """A test that behaved as alone is taken to have left what it leaves alone; else nothing is known of it."""
    leaves, takes = _leave_and_take(sure, bits, _changers(known))
    profiles, inside = known.evidence.profiles, 0
    for run in execution.runs:
        met[run.test] = met.get(run.test, 0) | inside
        profile = profiles.get(run.test)
        as_alone = profile is not None and profile.agrees(run.outcome)
        inside = leaves.get(run.test, 0) | (inside & ~takes.get(run.test, 0)) if as_alone else 0


def _leave_and_take(
    makers: Makers, bits: Bits, changers: Mapping[Location, Set[str]]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """(test -> the values that it leaves, test -> the values that are gone behind it)."""
    leaves: dict[str, int] = {}
    takes: dict[str, int] = {}
    at: dict[Location, int] = {}
    for value, tests in makers.items():
        at[value[0]] = at.get(value[0], 0) | bits[value]
        for test in tests:
            leaves[test] = leaves.get(test, 0) | bits[value]
    for location, mask in at.items():
        for test in changers.get(location, ()):
            takes[test] = takes.get(test, 0) | mask
    return leaves, takes


def _changers(known: Knowledge) -> Mapping[Location, Set[str]]:
    """Tests that change a location alone, or were seen to while it was changed, where it was watched."""
    found: dict[Location, set[str]] = {}
    for (location, _), tests in known.once_of_profiles(_makers).items():
        found.setdefault(location, set()).update(tests)
    for execution, timeline in zip(known.executions, known.timelines, strict=True):
        for run, change, _ in changed_in_place(timeline) if execution.order.watch else ():
            found.setdefault(change.location, set()).add(run.test)
    return found
