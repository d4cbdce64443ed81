"""Locations that are compared and that some test changed when it ran alone: who may meet them, and who has.

Whether a test reads such a location is not known: each is taken to read it, unless the module that holds it was not
even loaded when the test ran alone. A watched order shows how long a change stays in place; in the declared order,
which ran before anybody knew what to watch, it is taken to stay until somebody changes it who was seen to do so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import reduce
from operator import or_

from leakcheck.analysis.facts.chains import Value
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.facts.timeline import LeftValue, Timeline, changed_in_place
from leakcheck.records import Execution, Location, Suite

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


def unmet_elsewhere(known: Knowledge) -> list[tuple[tuple[str, ...], str]]:
    """(maker, test) for every value that a test has not yet begun with."""
    makers = known.once_of_profiles(_makers)
    bits = {value: 1 << number for number, value in enumerate(makers)}
    met: dict[str, int] = {}
    for execution, timeline in zip(known.executions, known.timelines, strict=True):
        if execution.order.watch and timeline.stays:
            _meet_watched(timeline, bits, met)
    blind = _never_seen(known.executions, makers, bits, met)
    for execution in known.executions:
        if execution.order.kind == "declared" and not execution.order.watch:
            _meet_declared(execution, known, makers, bits, met)
    unmet: dict[Value, list[str]] = {value: [] for value in makers}
    for test, readable in _readable(known.evidence.profiles, bits).items():
        missing = readable & ~blind & ~met.get(test, 0)
        for value in _of(missing, list(makers)):
            unmet[value].append(test)
    return [((tests[0],), test) for value, tests in makers.items() for test in unmet[value] if test != tests[0]]


def makers_by_place(known: Knowledge) -> Mapping[Location, Mapping[str, None]]:
    """location -> the tests that change it, and that no probe tracks it."""
    found: dict[Location, dict[str, None]] = {}
    for profile in known.evidence.profiles.values():
        for location in profile.places_elsewhere:
            found.setdefault(location, {})[profile.test] = None
    return found


def _makers(known: Knowledge) -> Makers:
    return makers_elsewhere(known.evidence.profiles, known.suite)


def _of(mask: int, values: Sequence[Value]) -> Iterator[Value]:
    """The values whose bits `mask` has."""
    while mask:
        last = mask & -mask
        yield values[last.bit_length() - 1]
        mask ^= last


def _readable(profiles: Mapping[str, SoloProfile], bits: Bits) -> Mapping[str, int]:
    """test -> the values that it may read: not those in modules of the project that were not loaded with it."""
    owners: dict[str, int] = {}
    for (location, _), bit in bits.items():
        owners[location.owner] = owners.get(location.owner, 0) | bit
    modules = {module for each in profiles.values() for module in owners.keys() & (each.modules or ())}
    others = sum(mask for owner, mask in owners.items() if owner not in modules)
    everything = sum(owners.values())
    return {
        test: everything
        if each.modules is None
        else others + sum(owners[module] for module in modules & each.modules)
        for test, each in profiles.items()
    }


def _never_seen(executions: Iterable[Execution], makers: Makers, bits: Bits, met: Mapping[str, int]) -> int:
    """Values that nobody began with although their maker ran before somebody in a watched order: a watch on them
    does not work, and no further order would tell more."""
    ran = {run.test for execution in executions if execution.order.watch for run in execution.runs[:-1]}
    seen = reduce(or_, met.values(), 0)
    return sum(bits[value] for value, tests in makers.items() if not bits[value] & seen and ran.intersection(tests))


def _meet_watched(timeline: Timeline, bits: Bits, met: dict[str, int]) -> None:
    def bits_of(location: Location, value: LeftValue) -> int:
        return bits.get((location, value.digest), 0) | bits.get((location, ""), 0)

    for run, mask in timeline.masks(bits_of):
        met[run.test] = met.get(run.test, 0) | mask


def _meet_declared(execution: Execution, known: Knowledge, makers: Makers, bits: Bits, met: dict[str, int]) -> None:
    """A test that behaved as alone is taken to have left what it leaves alone; else nothing is known of it."""
    leaves, takes = _leave_and_take(makers, bits, _cleaners(known))
    profiles, inside = known.evidence.profiles, 0
    for run in execution.runs:
        met[run.test] = met.get(run.test, 0) | inside
        profile = profiles.get(run.test)
        as_alone = profile is not None and profile.agrees(run.outcome)
        inside = leaves.get(run.test, 0) | (inside & ~takes.get(run.test, 0)) if as_alone else 0


def _leave_and_take(
    makers: Makers, bits: Bits, cleaners: Mapping[Location, Set[str]]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """(test -> the values that it leaves, test -> the values that are gone behind it)."""
    leaves: dict[str, int] = {}
    takes: dict[str, int] = {}
    at: dict[Location, int] = {}
    for value, tests in makers.items():
        at[value[0]] = at.get(value[0], 0) | bits[value]
        for test in tests:
            leaves[test] = leaves.get(test, 0) | bits[value]
    for (location, _), tests in makers.items():
        for test in {*tests, *cleaners.get(location, ())}:
            takes[test] = takes.get(test, 0) | at[location]
    return leaves, takes


def _cleaners(known: Knowledge) -> Mapping[Location, Set[str]]:
    """Tests that were seen to change a location while it was changed, where it was watched."""
    found: dict[Location, set[str]] = {}
    for execution, timeline in zip(known.executions, known.timelines, strict=True):
        for run, change, _ in changed_in_place(timeline) if execution.order.watch else ():
            found.setdefault(change.location, set()).add(run.test)
    return found
