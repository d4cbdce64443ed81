"""How sure it is that a test depends on what ran before it, and does not toss coins."""

from __future__ import annotations

from leakcheck.analysis.facts.evidence import Evidence
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.significance import ALPHA, by_chance
from leakcheck.analysis.graph.effects import carriers, effect_of
from leakcheck.records import Alone, Deep, Location, Printed, Row
from leakcheck.records.questions import puts_back


def is_sure(test: str, known: Knowledge) -> bool:
    """Whether chance is excluded as the reason for what `test` did behind its witnesses and without."""
    if by_chance(*counts(test, known.evidence)) <= ALPHA:
        return True
    shown = [each for each in known.evidence.by_test.get(test, ()) if effect_of(each, known.evidence) is not None]
    places = {places[0] for each in shown if len(places := carriers(each, known)) == 1}
    return any(by_chance(*counts_at(test, place, known)) <= ALPHA for place in places)


def counts_at(test: str, location: Location, known: Knowledge) -> tuple[int, int]:
    """The same as `counts`, over all executions: (how often it behaved otherwise with a leaked value at `location`,
    how often as alone without). The first of each, which made us look, does not count; nor does anything where one
    run did not fit, for then it is not this location alone that decides."""
    profile, behind, without = known.evidence.profiles[test], 0, 0
    for number, place in known.appearances.get(test, ()):
        execution = known.executions[number]
        question = execution.order.question
        if isinstance(question, Deep | Alone | Row | Printed) or puts_back(question):
            continue
        outcome = execution.runs[place].outcome
        is_there = known.timelines[number].value(location, place) is not None
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
