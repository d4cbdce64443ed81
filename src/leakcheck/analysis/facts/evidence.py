"""What was seen of each test behind each set of predecessors: the answers that all conclusions rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from leakcheck.analysis.facts.profiles import Profiles, SoloProfile, is_alone
from leakcheck.records import BAD_OUTCOMES, GOOD_OUTCOMES, Change, Execution, Location, Outcome, Suite
from leakcheck.records.topics import Topic


def bad(outcome: str) -> bool:
    return outcome in BAD_OUTCOMES


def good(outcome: str) -> bool:
    return outcome in GOOD_OUTCOMES


@dataclass(frozen=True, slots=True)
class Witness:
    """A sequence of tests before one test, and the files imported beside its own (for an import leak)."""

    before: tuple[str, ...]
    test: str
    files: tuple[str, ...] = ()


PutBack = tuple[Witness, tuple[Location, ...]]
"""A witness, and the locations that were put back before its test, or whose lines were looked for."""
T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """Outcomes of each witness, in the order of execution, and the same with locations put back in between.

    `unrestored` are attempts to put locations back that failed: they tell nothing. `deep` is what deep looks found
    behind each witness, `pinpointed` the same with the lines that changed some locations. An execution with a deep
    look counts as no outcome of its witness.
    """

    profiles: Mapping[str, SoloProfile]
    outcomes: Mapping[Witness, tuple[Outcome, ...]] = field(default_factory=dict)
    executions: Mapping[Witness, tuple[str, ...]] = field(default_factory=dict)
    restored: Mapping[tuple[Witness, tuple[Location, ...]], tuple[Outcome, ...]] = field(default_factory=dict)
    fresh: frozenset[Witness] = frozenset()
    unrestored: tuple[tuple[Witness, tuple[Location, ...]], ...] = ()
    deep: Mapping[Witness, tuple[Change, ...]] = field(default_factory=dict)
    pinpointed: Mapping[tuple[Witness, tuple[Location, ...]], tuple[Change, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, executions: Iterable[Execution], suite: Suite) -> Evidence:
        """From all executions at once."""
        files = {item.id: item.file for item in suite.tests}
        profiles, answers = Profiles(), Answers()
        for execution in executions:
            profiles.add(execution)
            answers.add(execution, files)
        return answers.evidence(profiles.found)

    @cached_property
    def by_test(self) -> Mapping[str, Sequence[Witness]]:
        """test -> the witnesses with an outcome, in the order of their first."""
        return _by_test((witness, witness) for witness in self.outcomes)

    @cached_property
    def restored_by_test(self) -> Mapping[str, Sequence[PutBack]]:
        return _by_test((key[0], key) for key in self.restored)

    @cached_property
    def pinpointed_by_test(self) -> Mapping[str, Sequence[PutBack]]:
        return _by_test((key[0], key) for key in self.pinpointed)

    @cached_property
    def tried_in_vain(self) -> Counter[PutBack]:
        """How often locations could not be put back."""
        return Counter(self.unrestored)

    def cured(self, witness: Witness, locations: tuple[Location, ...]) -> bool:
        """Whether the test behaved as alone each time these locations were put back before it."""
        outcomes = self.restored.get((witness, locations), ())
        return bool(outcomes) and all(self.profiles[witness.test].agrees(outcome) for outcome in outcomes)

    def shows(self, witness: Witness, wanted: bool) -> bool:
        """Whether the test failed (`wanted` True) or did not (False) behind this witness more often than not."""
        outcomes = [bad(each) for each in self.outcomes.get(witness, ()) if bad(each) or good(each)]
        return 2 * outcomes.count(wanted) > len(outcomes)

    def verdict(self, witness: Witness) -> bool | None:
        """True if the test always failed behind this witness, False if it never did, None if unknown or mixed."""
        outcomes = self.outcomes.get(witness, ())
        if outcomes and all(bad(each) for each in outcomes):
            return True
        return False if outcomes and all(good(each) for each in outcomes) else None


def _by_test(rows: Iterable[tuple[Witness, T]]) -> Mapping[str, Sequence[T]]:
    found: dict[str, list[T]] = {}
    for witness, row in rows:
        found.setdefault(witness.test, []).append(row)
    return found


@dataclass(slots=True)
class Answers:
    """The same as in `Evidence`, of the executions added so far."""

    outcomes: dict[Witness, tuple[Outcome, ...]] = field(default_factory=dict)
    names: dict[Witness, tuple[str, ...]] = field(default_factory=dict)
    restored: dict[PutBack, tuple[Outcome, ...]] = field(default_factory=dict)
    fresh: set[Witness] = field(default_factory=set)
    unrestored: list[PutBack] = field(default_factory=list)
    deep: dict[Witness, tuple[Change, ...]] = field(default_factory=dict)
    pinpointed: dict[PutBack, tuple[Change, ...]] = field(default_factory=dict)

    def add(self, execution: Execution, files: Mapping[str, str]) -> str | None:
        """The test about which something new is known, if it is."""
        witness = witness_of(execution, files)
        if witness is None:
            return None
        order, outcome = execution.order, execution.runs[-1].outcome
        if execution.tells(Topic.NOT_RESTORED):
            self.unrestored.append((witness, order.restore))
        elif order.pinpoint:
            self.pinpointed[witness, order.pinpoint] = execution.deep
        elif order.deep and not order.restore:
            self.deep[witness] = execution.deep
        elif order.restore:
            key = witness, order.restore
            self.restored[key] = (*self.restored.get(key, ()), outcome)
        else:
            self.outcomes[witness] = (*self.outcomes.get(witness, ()), outcome)
            self.names[witness] = (*self.names.get(witness, ()), execution.id)
            self.fresh.update([witness] if order.fresh else [])
        return witness.test

    def evidence(self, profiles: Mapping[str, SoloProfile]) -> Evidence:
        """What is known now."""
        return Evidence(
            dict(profiles),
            dict(self.outcomes),
            dict(self.names),
            dict(self.restored),
            frozenset(self.fresh),
            tuple(self.unrestored),
            dict(self.deep),
            dict(self.pinpointed),
        )


def subsequence(part: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether `whole` is `part` with something put in."""
    rest = iter(whole)
    return all(each in rest for each in part)


def witness_of(execution: Execution, files: Mapping[str, str]) -> Witness | None:
    """What `execution` tells about its last test; None if it asks nothing or did not come that far."""
    order = execution.order
    if order.kind != "confirm" or not execution.runs or not order.tests or is_alone(execution):
        return None
    test = order.tests[-1]
    if execution.runs[-1].test != test or len(execution.runs) != len(order.tests):
        return None
    own = {files.get(each, "") for each in order.tests}
    extra = tuple(file for file in order.collect if file not in own)
    return Witness(order.tests[:-1], test, extra)
