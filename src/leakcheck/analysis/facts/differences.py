"""Outcomes that differ from a test's outcome alone, and that no witness explains yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from leakcheck.analysis.facts.evidence import Evidence, Witness, bad
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.records import Alone, Execution, Order, Printed, Row
from leakcheck.records.questions import puts_back

GivenUp = Collection[tuple[str, str]]
"""(test, id of an execution): asked about before."""


def differences(known: Knowledge, given_up: GivenUp = ()) -> Mapping[str, Execution]:
    """Each test that somewhere behaves otherwise than alone behind none of its known witnesses: the execution with
    the fewest tests before it."""
    evidence = known.evidence
    witnesses: dict[str, Sequence[Witness]] = {}
    places: dict[int, Mapping[str, Sequence[int]]] = {}
    found: dict[str, tuple[int, Execution]] = {}
    for number, place, test in _odd_runs(known):
        execution = known.executions[number]
        if test not in witnesses:
            witnesses[test] = known_witnesses(test, evidence)
        nearer = test not in found or place < found[test][0]
        if nearer and (test, execution.id) not in given_up:
            if witnesses[test] and number not in places:
                places[number] = _places(execution)
            if not any(_came_before(each, place, places[number]) for each in witnesses[test]):
                found[test] = (place, execution)
    return {test: execution for test, (_, execution) in found.items()}


def _odd_runs(known: Knowledge) -> list[tuple[int, int, str]]:
    """Runs in which a test behaved otherwise than alone, in their order: number of the execution, place, test."""
    profiles = known.evidence.profiles
    return sorted(
        (number, place, test)
        for test in known.differing - known.wavering.keys()
        if test in profiles
        for number, place in known.appearances[test]
        if _compares(known.executions[number].order)
        if profiles[test].differs(known.executions[number].runs[place].outcome)
    )


def _compares(order: Order) -> bool:
    return not puts_back(order.question) and not isinstance(order.question, Printed | Alone | Row)


def _places(execution: Execution) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for place, run in enumerate(execution.runs):
        found.setdefault(run.test, []).append(place)
    return found


def _came_before(witness: Witness, place: int, places: Mapping[str, Sequence[int]]) -> bool:
    """Whether the tests of `witness` ran in its order before `place`, among others."""
    if witness.files:
        return True
    last = -1
    for test in witness.before:
        last = next((each for each in places.get(test, ()) if each > last), place)
        if last >= place:
            return False
    return True


def self_polluted(executions: Iterable[Execution], given_up: GivenUp = ()) -> Mapping[str, Execution]:
    """Tests that passed alone and failed when run again in the same process."""
    return {
        execution.runs[0].test: execution
        for execution in executions
        if isinstance(execution.order.question, Alone | Row) and execution.runs
        if execution.runs[0].good and execution.runs[0].again is not None and bad(execution.runs[0].again)
        if (execution.runs[0].test, execution.id) not in given_up
    }


def known_witnesses(test: str, evidence: Evidence) -> list[Witness]:
    """The witnesses behind which `test` is known to behave otherwise than alone."""
    profile = evidence.profiles.get(test)
    if profile is None:
        return []
    witnesses = (each for each in evidence.by_test.get(test, ()) if each.before or each.files)
    return [witness for witness in witnesses if evidence.shows(witness, profile.good)]
