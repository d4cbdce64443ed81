"""Tests whose outcome depends on the hash seed: executions of the very same tests, of which only that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leakcheck.records import BAD_OUTCOMES, Execution, Outcome, Seeded

ENOUGH = 2
"""So many executions under each of two seeds have to agree: with the many that agree under the seed of the audit, a
test of chance is taken for one of these in less than one audit of a hundred."""


@dataclass(frozen=True, slots=True)
class HashDependence:
    """A seed under which a test passes every time, and one under which it fails every time."""

    passes: str
    fails: str

    def __str__(self) -> str:
        seen = f"passes under PYTHONHASHSEED={self.passes}, fails under {self.fails}"
        return f"{seen}: its outcome depends on the hash seed"


@dataclass(slots=True)
class SeededOutcomes:
    """The `executions` under another hash seed that were added so far; of those of one test `alone`, test -> hash
    seed -> its outcomes."""

    executions: list[Execution] = field(default_factory=list)
    alone: dict[str, dict[str, list[Outcome]]] = field(default_factory=dict)

    def add(self, execution: Execution) -> None:
        question = execution.order.question
        if not isinstance(question, Seeded):
            return
        self.executions.append(execution)
        for run in execution.runs if len(execution.order.tests) == 1 else ():
            if run.bad or run.good:
                self.alone.setdefault(run.test, {}).setdefault(question.hash_seed, []).append(run.outcome)

    def dependent(self) -> Mapping[str, HashDependence]:
        """The tests of which enough was seen."""
        found = {test: _dependence(outcomes) for test, outcomes in self.alone.items()}
        return {test: each for test, each in found.items() if each is not None}


def _dependence(outcomes: Mapping[str, list[Outcome]]) -> HashDependence | None:
    seen = {seed: {each in BAD_OUTCOMES for each in found} for seed, found in outcomes.items()}
    if any(len(each) > 1 for each in seen.values()):
        return None  # chance has its part in it
    steady = {seed: each == {True} for seed, each in seen.items() if len(outcomes[seed]) >= ENOUGH}
    passes = [seed for seed, failed in steady.items() if not failed]
    fails = [seed for seed, failed in steady.items() if failed]
    return HashDependence(passes[0], fails[0]) if passes and fails else None
