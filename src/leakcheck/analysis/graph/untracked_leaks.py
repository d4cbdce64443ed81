"""Leaks that hurt nobody, where no probe tracks: which of them are worth a note of their own.

A setting of the process, or a function, class or method that was replaced and not put back, is hardly ever meant.
What grows in lists and dicts, what is counted or made on first use, often is: that is told in one line together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from leakcheck.analysis.facts.alone import solos
from leakcheck.analysis.graph.leaks import LeftChange
from leakcheck.nouns import plural
from leakcheck.records import WHOLE, Change, Execution, Location, Pinpoint, Source, Suite

GLOBALS = "module_globals"
_CODE = ("function ", "class ", "method ")
_MOCK = "unittest.mock."
_EXAMPLES = 3
_LONGEST = 80
"""Characters of a location that is told among others."""
MODULE = "<module>"
"""The function of a line outside of all functions."""


def left_quietly(
    executions: Sequence[Execution], suite: Suite, told: Collection[Location] = ()
) -> list[LeftChange]:
    """What tests alone left at locations other than `told`, if it is worth a note; with its lines, where known."""
    sources = _sources(executions)
    return [
        LeftChange(test, replace(change, sources=sources.get(change.location, ())))
        for test, change in _left(executions, suite)
        if change.location not in told and is_worth_a_note(change) and not _is_its_own(test, change.location)
    ]


def _is_its_own(test: str, location: Location) -> bool:
    """Whether a test's own module holds it: what `setUpClass` keeps in the class, say a patcher, is meant to be
    there."""
    file = test.partition("::")[0].removesuffix(".py").replace("/", ".")
    return location.kind == GLOBALS and f".{file}".endswith(f".{location.owner}")


def told_together(lefts: Sequence[LeftChange], suite: Suite) -> list[LeftChange]:
    """What has one cause is one leak: what a module defines, where a test had the whole module executed again, and
    the settings of a bundled kind (loggers) that one line has made, or that the same tests leave where no line was
    seen."""
    tests: dict[Location, set[str]] = {}
    for left in lefts:
        tests.setdefault(left.change.location, set()).add(left.by)
    groups: dict[object, list[LeftChange]] = {}
    for number, left in enumerate(lefts):
        groups.setdefault(_cause(left, tests, suite) or number, []).append(left)
    return [group[0] if len(group) == 1 else _together(group, suite) for group in groups.values()]


def _cause(left: LeftChange, tests: Mapping[Location, Collection[str]], suite: Suite) -> object:
    """What those have in common that are one leak; None for what is one of its own."""
    location = left.change.location
    if _is_remade(left.change):
        return left.by, GLOBALS, location.owner
    if suite.kind(location).about.bundled:
        return left.by, location.kind, left.change.sources or frozenset(tests[location])
    return None


def _is_remade(change: Change) -> bool:
    """Whether a function or class was replaced by itself, by a line of a module outside of all functions."""
    is_code = change.location.kind == GLOBALS and change.before.startswith(_CODE) and change.before == change.after
    return is_code and any(source.function == MODULE for source in change.sources)


def _together(lefts: Sequence[LeftChange], suite: Suite) -> LeftChange:
    changes = [left.change for left in lefts]
    about = suite.kind(changes[0].location).about
    one = _configured(changes, about.owner_noun) if about.bundled else _remade(changes)
    return LeftChange(lefts[0].by, one)


def _remade(changes: Sequence[Change]) -> Change:
    return replace(
        changes[0],
        location=replace(changes[0].location, key=WHOLE),
        before=plural(len(changes), "function or class", "functions and classes"),
        after="the same, defined anew: the module was executed again",
        paths=(),
    )


def _configured(changes: Sequence[Change], noun: str) -> Change:
    """The settings of one owner each with its value, those of several by their names."""
    changes = sorted(changes, key=lambda change: change.location)
    owners = sorted({change.location.owner for change in changes})
    if len(owners) == 1:
        owner = owners[0]
        before = ", ".join(f"{change.location.key}: {change.before}" for change in changes)
        after = ", ".join(f"{change.location.key}: {change.after}" for change in changes)
    else:
        owner = f"{owners[0]} and others"
        before = f"{plural(len(changes), 'setting')} of {plural(len(owners), noun)}"
        after = f"set: {_some([f'{change.location.key} of {change.location.owner}' for change in changes])}"
    location = Location(changes[0].location.kind, owner, WHOLE)
    return replace(changes[0], location=location, before=before, after=after, paths=())


def counted(executions: Sequence[Execution], suite: Suite, told: Collection[Location] = ()) -> Iterator[str]:
    """One line about all that is not worth a note of its own."""
    rest = [
        (test, change.location)
        for test, change in _left(executions, suite)
        if change.location not in told and not is_worth_a_note(change)
    ]
    if rest:
        tests = len({test for test, _ in rest})
        counts = Counter(location for _, location in rest).most_common()
        places = [_short(f"{location.owner}.{location.key}") for location, _ in counts]
        change = plural(tests, "test changes", "tests change")
        shown = _some(places)
        yield (
            f"{change} what modules hold, which changes no outcome and counts as no leak "
            f"(`leakcheck diff TEST` tells): {shown}"
        )


def _short(place: str) -> str:
    """On one line, and no longer than reads well."""
    line = " ".join(place.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_EXAMPLES]) + (", …" if len(names) > _EXAMPLES else "")


def is_worth_a_note(change: Change) -> bool:
    """Whether a person would want to know of it although it hurts nobody."""
    if change.location.kind != GLOBALS:
        return True
    return change.before.startswith(_CODE) or _MOCK in change.after


def _left(executions: Iterable[Execution], suite: Suite) -> Iterator[tuple[str, Change]]:
    seen: set[tuple[str, Location]] = set()
    for alone in (each for execution in executions for each in solos(execution)):
        for change in alone.deep:
            place = alone.test, change.location
            if suite.compares(change.location) and not change.internal and place not in seen:
                seen.add(place)
                yield place[0], change


def _sources(executions: Iterable[Execution]) -> dict[Location, tuple[Source, ...]]:
    """The lines that changed a location, where executions looked for them: for one test of each location."""
    return {
        change.location: change.sources
        for execution in executions
        if isinstance(execution.order.question, Pinpoint)
        for change in execution.deep
        if change.sources
    }
