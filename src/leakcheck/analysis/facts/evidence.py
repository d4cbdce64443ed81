"""What was seen of each test behind each set of predecessors: the answers that all conclusions rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from leakcheck.analysis.facts.profiles import Profiles, SoloProfile
from leakcheck.records import (
    BAD_OUTCOMES,
    GOOD_OUTCOMES,
    WARM,
    Change,
    Company,
    DeepLook,
    DeepPutBack,
    Execution,
    Location,
    Outcome,
    Pinpoint,
    Printed,
    PutBack,
    Suite,
)
from leakcheck.records.questions import asks_last
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

    @property
    def makers(self) -> Makers:
        """Who may have left what its test meets."""
        return self.before or self.files


Makers = tuple[str, ...]
"""The tests before the last, or the files that were imported beside its own: what they changed is the same, whoever
comes behind them."""
Undoing = tuple[Witness, tuple[Location, ...]]
"""A witness, and the locations that were put back before its test."""
T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Evidence:
    """Outcomes of each witness, in the order of execution, and the same with locations put back in between.

    `unrestored` are attempts to put locations back that failed: they tell nothing. `deep` is what deep looks found
    behind some tests, whoever ran then, `pinpointed` the same with the lines that changed some locations. An
    execution with a deep look counts as no outcome of its witness. `company` tells how many of the outcomes of
    a witness were seen in an execution that asked about other tests, too. `fresh` are witnesses whose printed
    command was run, `warm` those for which a fork stood in for the new process, with what it showed: it counts
    until a new process has. `placebos` is `restored` for executions that kept everything and put nothing back.
    `doubted` behaved otherwise than alone behind others whom the same thing put back has cured: no evidence.
    """

    profiles: Mapping[str, SoloProfile]
    outcomes: Mapping[Witness, tuple[Outcome, ...]] = field(default_factory=dict)
    executions: Mapping[Witness, tuple[str, ...]] = field(default_factory=dict)
    restored: Mapping[tuple[Witness, tuple[Location, ...]], tuple[Outcome, ...]] = field(default_factory=dict)
    fresh: frozenset[Witness] = frozenset()
    warm: Mapping[Witness, Outcome] = field(default_factory=dict)
    unrestored: tuple[tuple[Witness, tuple[Location, ...]], ...] = ()
    deep: Mapping[Makers, tuple[Change, ...]] = field(default_factory=dict)
    pinpointed: Mapping[tuple[Makers, tuple[Location, ...]], tuple[Change, ...]] = field(default_factory=dict)
    company: Mapping[Witness, int] = field(default_factory=dict)
    placebos: Mapping[Undoing, tuple[Outcome, ...]] = field(default_factory=dict)
    doubted: frozenset[Undoing] = frozenset()

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
    def restored_by_test(self) -> Mapping[str, Sequence[Undoing]]:
        return _by_test((key[0], key) for key in self.restored)

    @cached_property
    def pinpointed_behind(self) -> Mapping[Makers, Sequence[tuple[Location, ...]]]:
        """tests -> the locations whose lines were looked for while they ran."""
        found: dict[Makers, list[tuple[Location, ...]]] = {}
        for makers, locations in self.pinpointed:
            found.setdefault(makers, []).append(locations)
        return found

    @cached_property
    def tried_in_vain(self) -> Counter[Undoing]:
        """How often locations could not be put back."""
        return Counter(self.unrestored)

    def is_contradicted(self, witness: Witness) -> bool:
        """Whether a fork that stood in for a new process has shown something that other executions do not show."""
        stand_in, outcomes = self.warm.get(witness), self.outcomes.get(witness, ())
        return stand_in is not None and any(bad(each) is not bad(stand_in) for each in outcomes)

    def own(self, witness: Witness) -> int:
        """How many executions of just its tests there are."""
        return len(self.outcomes.get(witness, ())) - self.company.get(witness, 0)

    def cured(self, witness: Witness, locations: tuple[Location, ...]) -> bool:
        """Whether the test behaved as alone each time these locations were put back before it."""
        outcomes = self.restored.get((witness, locations), ())
        return bool(outcomes) and all(self.profiles[witness.test].agrees(outcome) for outcome in outcomes)

    def proves(self, witness: Witness, locations: tuple[Location, ...]) -> bool:
        """Whether these locations are the reason: put back, they cure; and nothing else about that does."""
        return self.cured(witness, locations) and not self.is_placebo(witness, locations)

    def is_placebo(self, witness: Witness, locations: tuple[Location, ...]) -> bool:
        """Whether the test behaved as alone when everything was kept and nothing put back: then the lifetime of
        objects decides, or the time that all this takes."""
        profile = self.profiles.get(witness.test)
        outcomes = self.placebos.get((witness, locations), ())
        return profile is not None and any(profile.agrees(outcome) for outcome in outcomes)

    def is_exhausted(self, witness: Witness) -> bool:
        """Whether all that its makers changed was put back before its test, or tried to: none of it is the reason,
        or what is cannot be put back."""
        changes = self.deep.get(witness.makers)
        if not changes:
            return changes is not None
        everything = witness, tuple(change.location for change in changes)
        return everything in self.restored or everything in self.tried_in_vain

    @cached_property
    def misled(self) -> frozenset[Witness]:
        """The witnesses for which it was so."""
        return frozenset(undoing[0] for undoing in self.placebos if self.is_placebo(*undoing))

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
    restored: dict[Undoing, tuple[Outcome, ...]] = field(default_factory=dict)
    fresh: set[Witness] = field(default_factory=set)
    warm: dict[Witness, tuple[Outcome, str]] = field(default_factory=dict)
    unrestored: list[Undoing] = field(default_factory=list)
    deep: dict[Makers, tuple[Change, ...]] = field(default_factory=dict)
    pinpointed: dict[tuple[Makers, tuple[Location, ...]], tuple[Change, ...]] = field(default_factory=dict)
    company: dict[Witness, int] = field(default_factory=dict)
    placebos: dict[Undoing, tuple[Outcome, ...]] = field(default_factory=dict)
    unlike_the_first: dict[Undoing, tuple[Outcome, ...]] = field(default_factory=dict)

    def add(self, execution: Execution, files: Mapping[str, str]) -> tuple[str, ...]:
        """The tests about which something new is known."""
        if isinstance(execution.order.question, Company):
            return self._add_company(execution, execution.order.question)
        witness = witness_of(execution, files)
        if witness is None:
            return ()
        outcome = execution.runs[-1].outcome
        failed = execution.tells(Topic.NOT_RESTORED)
        match execution.order.question:
            case PutBack(locations, placebo=True) | DeepPutBack(locations, placebo=True):
                _append(self.placebos, (witness, locations), outcome)
            case PutBack(locations) | DeepPutBack(locations) if failed:
                self.unrestored.append((witness, locations))
            case PutBack(locations) | DeepPutBack(locations):
                _append(self.restored, (witness, locations), outcome)
            case Pinpoint(locations):
                self.pinpointed[witness.makers, locations] = execution.deep
                return (witness.test, *self._behind(witness.makers))
            case DeepLook():
                self.deep[witness.makers] = execution.deep
                return (witness.test, *self._behind(witness.makers))
            case Printed(warm=warm):
                self._add_printed(witness, execution, is_warm=warm and execution.engine == WARM)
            case _:
                self._count(witness, outcome, execution.id)
        return (witness.test,)

    def _add_printed(self, witness: Witness, execution: Execution, *, is_warm: bool) -> None:
        """What a fork has shown in the place of a new process is forgotten when there is a new process."""
        self.fresh.add(witness)
        stand_in = self.warm.pop(witness, None)
        if stand_in is not None:
            place = self.names[witness].index(stand_in[1])
            self.outcomes[witness] = _without(self.outcomes[witness], place)
            self.names[witness] = _without(self.names[witness], place)
        outcome = execution.runs[-1].outcome
        self._count(witness, outcome, execution.id)
        if is_warm:
            self.warm[witness] = outcome, execution.id

    def _count(self, witness: Witness, outcome: Outcome, name: str) -> None:
        _append(self.outcomes, witness, outcome)
        _append(self.names, witness, name)

    def _behind(self, makers: Makers) -> Iterator[str]:
        """The tests before which something was put back that `makers` had changed."""
        return (witness.test for witness, _ in self.restored if witness.makers == makers)

    def _add_company(self, execution: Execution, asked: Company) -> tuple[str, ...]:
        told = tuple(company_of(execution, asked.makers))
        failed = execution.tells(Topic.NOT_RESTORED)
        for witness, outcome in told:
            key = witness, asked.restore
            if not asked.restore:
                self._count(witness, outcome, execution.id)
                self.company[witness] = self.company.get(witness, 0) + 1
            elif failed:
                self.unrestored.append(key)
            else:
                _append(self.restored if outcome == told[0][1] else self.unlike_the_first, key, outcome)
        return tuple(witness.test for witness, _ in told)

    def evidence(self, profiles: Mapping[str, SoloProfile]) -> Evidence:
        """What is known now."""
        agreeing, doubted = self._agreeing(profiles)
        return Evidence(
            dict(profiles),
            dict(self.outcomes),
            dict(self.names),
            {**self.restored, **agreeing},
            frozenset(self.fresh),
            {witness: outcome for witness, (outcome, _) in self.warm.items()},
            tuple(self.unrestored),
            dict(self.deep),
            dict(self.pinpointed),
            dict(self.company),
            dict(self.placebos),
            doubted,
        )

    def _agreeing(
        self, profiles: Mapping[str, SoloProfile]
    ) -> tuple[dict[Undoing, tuple[Outcome, ...]], frozenset[Undoing]]:
        """What was put back before several tests at once, with those who behaved otherwise than the first of them:
        as when alone, or not. One before them may have left the same again, where nobody can see it."""
        agreeing: dict[Undoing, tuple[Outcome, ...]] = {}
        doubted: set[Undoing] = set()
        for key, outcomes in self.unlike_the_first.items():
            profile = profiles.get(key[0].test)
            as_alone = tuple(each for each in outcomes if profile is None or profile.agrees(each))
            if as_alone:
                agreeing[key] = (*self.restored.get(key, ()), *as_alone)
            if len(as_alone) < len(outcomes):
                doubted.add(key)
        return agreeing, frozenset(doubted)


def _append(rows: dict[Key, tuple[T, ...]], key: Key, value: T) -> None:
    rows[key] = (*rows.get(key, ()), value)


def _without(row: tuple[T, ...], place: int) -> tuple[T, ...]:
    return (*row[:place], *row[place + 1 :])


def subsequence(part: Iterable[str], whole: Iterable[str]) -> bool:
    """Whether `whole` is `part` with something put in."""
    rest = iter(whole)
    return all(each in rest for each in part)


def company_of(execution: Execution, makers: int) -> Iterator[tuple[Witness, Outcome]]:
    """What each of several tests behind the first `makers` ones did, as long as none before has left anything."""
    before = tuple(run.test for run in execution.runs[:makers])
    if before != execution.order.tests[:makers]:
        return
    for run in execution.runs[makers:]:
        yield Witness(before, run.test), run.outcome
        if run.changes or run.finalised:
            return


def witness_of(execution: Execution, files: Mapping[str, str]) -> Witness | None:
    """What `execution` tells about its last test; None if it asks nothing, did not come that far, or has imported
    files in another order."""
    order = execution.order
    if not asks_last(order.question) or not execution.runs or not order.tests:
        return None
    test = order.tests[-1]
    if execution.runs[-1].test != test or len(execution.runs) != len(order.tests):
        return None
    if execution.tells(Topic.IMPORTS):
        return None
    own = {files.get(each, "") for each in order.tests}
    extra = tuple(file for file in order.collect if file not in own)
    return Witness(order.tests[:-1], test, extra)
