"""Outcomes that differ from a test's outcome alone, and that no witness explains yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from leakcheck.analysis.evidence import Evidence, Witness, bad, subsequence
from leakcheck.analysis.same_order import wavering
from leakcheck.records import Execution

GivenUp = Collection[tuple[str, str]]
"""(test, id of an execution): asked about before."""


def differences(
    executions: Sequence[Execution], evidence: Evidence, given_up: GivenUp = ()
) -> Mapping[str, Execution]:
    """Each test that somewhere behaves otherwise than alone behind none of its known witnesses: the execution with
    the fewest tests before it."""
    by_chance = wavering(executions)
    known = known_witnesses(evidence)
    found: dict[str, tuple[int, Execution]] = {}
    for execution in executions:
        if execution.order.restore or execution.order.fresh or execution.order.kind == "isolated":
            continue
        before: list[str] = []
        for run in execution.runs:
            profile = evidence.profiles.get(run.test)
            if profile is not None and profile.differs(run.outcome) and run.test not in by_chance:
                place = len(before)
                nearer = run.test not in found or place < found[run.test][0]
                asked = (run.test, execution.id) in given_up
                if nearer and not asked and not _is_explained(known.get(run.test, ()), before):
                    found[run.test] = (place, execution)
            before.append(run.test)
    return {test: execution for test, (_, execution) in found.items()}


def self_polluted(executions: Iterable[Execution], given_up: GivenUp = ()) -> Mapping[str, Execution]:
    """Tests that passed alone and failed when run again in the same process."""
    return {
        execution.runs[0].test: execution
        for execution in executions
        if execution.order.kind == "isolated" and execution.runs
        if execution.runs[0].good and execution.runs[0].again is not None and bad(execution.runs[0].again)
        if (execution.runs[0].test, execution.id) not in given_up
    }


def known_witnesses(evidence: Evidence) -> Mapping[str, list[Witness]]:
    """test -> the witnesses behind which it is known to behave otherwise than alone."""
    found: dict[str, list[Witness]] = {}
    for witness in evidence.outcomes:
        profile = evidence.profiles.get(witness.test)
        if profile is not None and (witness.before or witness.files) and evidence.shows(witness, profile.good):
            found.setdefault(witness.test, []).append(witness)
    return found


def _is_explained(known: Iterable[Witness], before: Sequence[str]) -> bool:
    return any(witness.files or subsequence(witness.before, before) for witness in known)
