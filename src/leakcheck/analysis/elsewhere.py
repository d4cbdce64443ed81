"""Locations that are compared and that some test changed when it ran alone: who may meet them, and who has.

Whether a test reads such a location is not known: each is taken to read it, unless the module that holds it was not
even loaded when the test ran alone. A watched order shows how long a change stays in place; in the declared order,
which ran before anybody knew what to watch, it is taken to stay until somebody changes it who was seen to do so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from leakcheck.analysis.chains import Value
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.timeline import changed_in_place, in_place
from leakcheck.records import UNDOABLE, Execution, Location, Suite

MAX_WATCHED = 200
MAX_VALUES = 4
"""A location that is left with more different values (a counter, a log) is taken as one."""

Makers = Mapping[Value, tuple[str, ...]]


def makers_elsewhere(profiles: Mapping[str, Profile], suite: Suite) -> Makers:
    """value -> the tests that leave it, what few leave first; of too many, the most usual are left out."""
    digests: dict[Location, set[str]] = {}
    for profile in profiles.values():
        for location, digest in profile.elsewhere:
            digests.setdefault(location, set()).add(digest)
    found: dict[Value, list[str]] = {}
    for profile in profiles.values():
        for location, digest in profile.elsewhere:
            if suite.compares(location) and location.kind not in UNDOABLE:
                several = len(digests[location]) > MAX_VALUES
                found.setdefault((location, "" if several else digest), []).append(profile.test)
    ranked = sorted(found, key=lambda value: (len(found[value]), value))
    return {value: tuple(found[value]) for value in ranked[:MAX_WATCHED]}


def changed_elsewhere(executions: Sequence[Execution], suite: Suite) -> tuple[Location, ...]:
    """What to look at in every order from now on."""
    return tuple(dict.fromkeys(location for location, _ in makers_elsewhere(profiles_of(executions), suite)))


def unmet_elsewhere(executions: Sequence[Execution], suite: Suite) -> list[tuple[tuple[str, ...], str]]:
    """(maker, test) for every value that a test has not yet begun with."""
    profiles = profiles_of(executions)
    makers = makers_elsewhere(profiles, suite)
    met: dict[Value, set[str]] = {value: set() for value in makers}
    cleaners = _cleaners(executions, suite, {location for location, _ in makers})
    for execution in executions:
        if execution.order.watch:
            _meet_watched(execution, suite, met)
    blind = _never_seen(executions, makers, met)
    for execution in executions:
        if execution.order.kind == "declared" and not execution.order.watch:
            _meet_declared(execution, profiles, makers, cleaners, met)
    readers = _readers(profiles)
    return [
        ((tests[0],), test)
        for value, tests in makers.items()
        if value not in blind
        for test in readers.get(value[0].owner, profiles)
        if test not in met[value] and test != tests[0]
    ]


def _readers(profiles: Mapping[str, Profile]) -> Mapping[str, Sequence[str]]:
    """module of the project -> the tests that may read what it holds."""
    found: dict[str, list[str]] = {module: [] for each in profiles.values() for module in each.modules or ()}
    for each in profiles.values():
        for module in found if each.modules is None else each.modules:
            found[module].append(each.test)
    return found


def _never_seen(executions: Iterable[Execution], makers: Makers, met: Mapping[Value, set[str]]) -> frozenset[Value]:
    """Values that nobody began with although their maker ran before somebody in a watched order: a watch on them
    does not work, and no further order would tell more."""
    ran = {run.test for execution in executions if execution.order.watch for run in execution.runs[:-1]}
    return frozenset(value for value, tests in makers.items() if not met[value] and ran.intersection(tests))


def _meet_watched(execution: Execution, suite: Suite, met: Mapping[Value, set[str]]) -> None:
    for run, state in in_place(execution, suite):
        for location, value in state.items():
            for known in ((location, value.digest), (location, "")):
                if known in met:
                    met[known].add(run.test)


def _meet_declared(
    execution: Execution,
    profiles: Mapping[str, Profile],
    makers: Makers,
    cleaners: Mapping[Location, set[str]],
    met: Mapping[Value, set[str]],
) -> None:
    """A test that behaved as alone is taken to have left what it leaves alone; else nothing is known of it."""
    writers: dict[Location, set[str]] = {}
    for (location, _), tests in makers.items():
        writers.setdefault(location, set()).update(tests)
    for value, tests in makers.items():
        others = (writers[value[0]] - set(tests)) | cleaners.get(value[0], set())
        inside = False
        for run in execution.runs:
            if inside:
                met[value].add(run.test)
            profile = profiles.get(run.test)
            as_alone = profile is not None and profile.agrees(run.outcome)
            inside = as_alone and (run.test in tests or (inside and run.test not in others))


def _cleaners(executions: Iterable[Execution], suite: Suite, known: Set[Location]) -> Mapping[Location, set[str]]:
    """Tests that were seen to change such a location back while it was changed."""
    found: dict[Location, set[str]] = {}
    for execution in executions:
        for run, change, _ in changed_in_place(execution, suite) if execution.order.watch else ():
            if change.location in known:
                found.setdefault(change.location, set()).add(run.test)
    return found
