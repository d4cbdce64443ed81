"""Leaks that hurt nobody, where no probe tracks: which of them are worth a note of their own.

A setting of the process, or a function, class or method that was replaced and not put back, is hardly ever meant.
What grows in lists and dicts, what is counted or made on first use, often is: that is told in one line together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from leakcheck.analysis.leaks import Left
from leakcheck.analysis.profiles import is_alone
from leakcheck.records import WHOLE, Change, Execution, Location, Source, Suite

GLOBALS = "module_globals"
_CODE = ("function ", "class ", "method ")
_MOCK = "unittest.mock."
_EXAMPLES = 3
MODULE = "<module>"
"""The function of a line outside of all functions."""


def left_quietly(executions: Sequence[Execution], suite: Suite, told: Collection[Location] = ()) -> list[Left]:
    """What tests alone left at locations other than `told`, if it is worth a note; with its lines, where known."""
    sources = _sources(executions)
    return [
        Left(test, replace(change, sources=sources.get(change.location, ())))
        for test, change in _left(executions, suite)
        if change.location not in told and is_worth_a_note(change)
    ]


def told_together(lefts: Sequence[Left]) -> list[Left]:
    """What a module defines is one leak, and not one a name, where a test had the whole module executed again."""
    remade: dict[tuple[str, str], list[Change]] = {}
    for left in lefts:
        if _is_remade(left.change):
            remade.setdefault((left.by, left.change.location.owner), []).append(left.change)
    together = {key: changes for key, changes in remade.items() if len(changes) > 1}
    rest = [each for each in lefts if each.change not in together.get((each.by, each.change.location.owner), ())]
    return rest + [Left(by, _remade(owner, changes)) for (by, owner), changes in together.items()]


def _is_remade(change: Change) -> bool:
    """Whether a function or class was replaced by itself, by a line of a module outside of all functions."""
    is_code = change.location.kind == GLOBALS and change.before.startswith(_CODE) and change.before == change.after
    return is_code and any(source.function == MODULE for source in change.sources)


def _remade(owner: str, changes: Sequence[Change]) -> Change:
    return replace(
        changes[0],
        location=Location(GLOBALS, owner, WHOLE),
        before=f"{len(changes)} functions and classes",
        after="the same, defined anew: the module was executed again",
        paths=(),
    )


def counted(executions: Sequence[Execution], suite: Suite, told: Collection[Location] = ()) -> Iterator[str]:
    """One line about all that is not worth a note of its own."""
    rest = [
        (test, change.location)
        for test, change in _left(executions, suite)
        if change.location not in told and not is_worth_a_note(change)
    ]
    if rest:
        tests = len({test for test, _ in rest})
        places = [
            f"{location.owner}.{location.key}" for location, _ in Counter(each for _, each in rest).most_common()
        ]
        shown = ", ".join(places[:_EXAMPLES]) + (", …" if len(places) > _EXAMPLES else "")
        left = "1 test leaves" if tests == 1 else f"{tests} tests leave"
        yield f"{left} values in modules changed, and no outcome with them (`leakcheck diff TEST` tells): {shown}"


def is_worth_a_note(change: Change) -> bool:
    """Whether a person would want to know of it although it hurts nobody."""
    if change.location.kind != GLOBALS:
        return True
    return change.before.startswith(_CODE) or _MOCK in change.after


def _left(executions: Iterable[Execution], suite: Suite) -> Iterator[tuple[str, Change]]:
    seen: set[tuple[str, Location]] = set()
    for execution in executions:
        for change in execution.deep if is_alone(execution) else ():
            place = execution.order.tests[0], change.location
            if suite.compares(change.location) and not change.internal and place not in seen:
                seen.add(place)
                yield place[0], change


def _sources(executions: Iterable[Execution]) -> dict[Location, tuple[Source, ...]]:
    """The lines that changed a location, where executions looked for them: for one test of each location."""
    return {
        change.location: change.sources
        for execution in executions
        if execution.order.pinpoint
        for change in execution.deep
        if change.sources
    }
