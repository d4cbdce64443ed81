"""Tests whose outcome depends on what a run has left in databases: alone on these as it left them, and as the audit
found them. Nothing else differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.records import BAD_OUTCOMES, Execution, Outcome, Used

ENOUGH = 2
"""So many executions have to agree."""


@dataclass(frozen=True, slots=True)
class UsedDependence:
    """Where a test fails when it is alone: on databases that a run has used, or on those that the audit found."""

    fails_used: bool

    def __str__(self) -> str:
        used, found = "on a database that a run has used", "on the one that the audit found"
        fails, passes = (used, found) if self.fails_used else (found, used)
        return f"fails alone {fails}, passes alone {passes}"


@dataclass(slots=True)
class UsedOutcomes:
    """The `executions` on used databases that were added so far; of those of one test, test -> its outcomes."""

    executions: list[Execution] = field(default_factory=list)
    alone: dict[str, list[Outcome]] = field(default_factory=dict)

    def add(self, execution: Execution) -> None:
        self.executions.append(execution)
        for run in execution.runs if len(execution.order.tests) == 1 else ():
            if run.bad or run.good:
                self.alone.setdefault(run.test, []).append(run.outcome)

    def dependent(self, profiles: Mapping[str, SoloProfile]) -> Mapping[str, UsedDependence]:
        """The tests of which enough was seen."""
        found: dict[str, UsedDependence] = {}
        for test, outcomes in self.alone.items():
            failed, profile = {each in BAD_OUTCOMES for each in outcomes}, profiles.get(test)
            if profile is None or len(outcomes) < ENOUGH or len(failed) > 1:
                continue
            (fails_used,) = failed
            if profile.good if fails_used else profile.bad:
                found[test] = UsedDependence(fails_used)
        return found


def is_used(execution: Execution) -> bool:
    """Whether it began with databases that no other execution begins with: it is no evidence of anything else."""
    return isinstance(execution.order.question, Used)
