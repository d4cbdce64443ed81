"""How sure it is that a test depends on what ran before it, and does not toss coins."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.analysis.facts.evidence import Evidence, bad, good, witness_of
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.significance import ALPHA, by_chance, missing
from leakcheck.analysis.graph.effects import carriers, effect_of
from leakcheck.records import Alone, Deep, Execution, Location, Printed, Row
from leakcheck.records.questions import puts_back
from leakcheck.records.topics import Topic


def is_sure(test: str, known: Knowledge) -> bool:
    """Whether chance is excluded as the reason for what `test` did behind its witnesses and without."""
    alpha = _alpha(test, known.evidence)
    return by_chance(*counts(test, known.evidence)) <= alpha or any(
        by_chance(*each) <= alpha for each in _tallies(test, known)
    )


def still_missing(test: str, known: Knowledge) -> tuple[int, int]:
    """The fewest further executions (behind a witness, alone) that exclude chance, if all show the same."""
    tallies = (counts(test, known.evidence), *_tallies(test, known))
    alpha = _alpha(test, known.evidence)
    return min((missing(*each, alpha) for each in tallies), key=sum)


def _alpha(test: str, evidence: Evidence) -> float:
    """What chance may have: next to nothing with a test that was seen to behave both ways behind the same tests, or
    alone. It may toss coins, and the witnesses that show something are picked from many."""
    ways = (evidence.profiles[test].outcomes, *(evidence.outcomes[each] for each in evidence.by_test.get(test, ())))
    return ALPHA**2 if any(any(map(bad, each)) and any(map(good, each)) for each in ways) else ALPHA


def _tallies(test: str, known: Knowledge) -> Iterator[tuple[int, int]]:
    """`counts_at` each location that alone may be the reason for what a witness shows."""
    evidence = known.evidence
    shown = [each for each in evidence.by_test.get(test, ()) if effect_of(each, evidence) is not None]
    for place in sorted({places[0] for each in shown if len(places := carriers(each, known)) == 1}):
        yield counts_at(test, place, known)
    for files in dict.fromkeys(each.files for each in shown if each.files and not each.before):
        yield counts_with(test, files, known)


def counts_with(test: str, files: tuple[str, ...], known: Knowledge) -> tuple[int, int]:
    """The same as `counts_at`, where it is the import of `files` that decides: how often the test behaved otherwise
    where all of them were imported, whatever ran before it, and as alone where they were not."""
    profile, behind, without = known.evidence.profiles[test], 0, 0
    for number, place in known.appearances.get(test, ()):
        execution = known.executions[number]
        question = execution.order.question
        if isinstance(question, Deep | Alone | Row) or puts_back(question) or execution.tells(Topic.IMPORTS):
            continue
        imported = execution.order.collect or _of_command(execution, known)
        is_there = not imported or set(files) <= set(imported)
        outcome = execution.runs[place].outcome
        if not (profile.differs(outcome) if is_there else profile.agrees(outcome)):
            return 0, 0
        behind, without = behind + is_there, without + (not is_there)
    return max(behind - 1, 0), without + len(profile.outcomes) - 1


def _of_command(execution: Execution, known: Knowledge) -> tuple[str, ...]:
    """The files that a command names, which imports no others; none stands for the whole suite."""
    is_printed = isinstance(execution.order.question, Printed)
    return tuple(known.files.get(test, "") for test in execution.order.tests) if is_printed else ()


def counts_at(test: str, location: Location, known: Knowledge) -> tuple[int, int]:
    """The same as `counts`, over all executions: (how often it behaved otherwise with a leaked value at `location`,
    how often as alone without). The first of each, which made us look, does not count; nor does anything where one
    run did not fit, for then it is not this location alone that decides."""
    profile, behind, without = known.evidence.profiles[test], 0, 0
    for number, place in known.appearances.get(test, ()):
        execution = known.executions[number]
        question = execution.order.question
        if isinstance(question, Deep | Alone | Row) or puts_back(question):
            continue
        outcome = execution.runs[place].outcome
        if isinstance(question, Printed):
            is_there = _is_printed_behind(location, execution, known)
        else:
            is_there = known.timelines[number].value(location, place) is not None
        if is_there is None:
            continue
        if not (profile.differs(outcome) if is_there else profile.agrees(outcome)):
            return 0, 0
        behind, without = behind + is_there, without + (not is_there)
    cured = [
        profile.agrees(outcome)
        for key in known.evidence.restored_by_test.get(test, ())
        if key[1] == (location,)
        for outcome in known.evidence.restored[key]
    ]
    if not all(cured):
        return 0, 0
    return max(behind - 1, 0), without + len(cured) + len(profile.outcomes) - 1


def _is_printed_behind(location: Location, execution: Execution, known: Knowledge) -> bool | None:
    """Whether a printed command, of which nothing was recorded, had a leaked value at `location` in place: it had,
    if the same tests recorded had. None if that is not known, or if it was a fork whose place a new process took.
    """
    witness = witness_of(execution, known.files)
    if witness is None or execution.id not in known.evidence.executions.get(witness, ()):
        return None
    return location in carriers(witness, known) or None


def counts(test: str, evidence: Evidence) -> tuple[int, int]:
    """(how often `test` was seen to behave otherwise behind witnesses that show it, how often it behaved as alone
    without). What made us look, the first time of each, does not count."""
    behind = sum(
        len(evidence.outcomes[witness]) - 1
        for witness in evidence.by_test.get(test, ())
        if effect_of(witness, evidence) is not None
    )
    profile = evidence.profiles[test]
    put_back = sum(
        profile.agrees(outcome)
        for key in evidence.restored_by_test.get(test, ())
        for outcome in evidence.restored[key]
    )
    return behind, len(profile.outcomes) - 1 + put_back
