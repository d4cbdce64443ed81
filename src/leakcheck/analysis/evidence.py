"""What was seen of each test behind each set of predecessors: the answers that all conclusions rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leakcheck.analysis.profiles import Profile, is_alone, profiles_of
from leakcheck.records import BAD_OUTCOMES, GOOD_OUTCOMES, NOT_RESTORED, Change, Execution, Location, Outcome, Suite


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Outcomes of each witness, in the order of execution, and the same with locations put back in between.

    `unrestored` are attempts to put locations back that failed: they tell nothing. `deep` is what deep looks found
    behind each witness, `pinpointed` the same with the lines that changed some locations. An execution with a deep
    look counts as no outcome of its witness.
    """

    profiles: Mapping[str, Profile]
    outcomes: Mapping[Witness, tuple[Outcome, ...]] = field(default_factory=dict)
    executions: Mapping[Witness, tuple[str, ...]] = field(default_factory=dict)
    restored: Mapping[tuple[Witness, tuple[Location, ...]], tuple[Outcome, ...]] = field(default_factory=dict)
    fresh: frozenset[Witness] = frozenset()
    unrestored: tuple[tuple[Witness, tuple[Location, ...]], ...] = ()
    deep: Mapping[Witness, tuple[Change, ...]] = field(default_factory=dict)
    pinpointed: Mapping[tuple[Witness, tuple[Location, ...]], tuple[Change, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, executions: Iterable[Execution], suite: Suite) -> Evidence:
        known = tuple(executions)
        files = {item.id: item.file for item in suite.tests}
        outcomes: dict[Witness, list[Outcome]] = {}
        names: dict[Witness, list[str]] = {}
        restored: dict[tuple[Witness, tuple[Location, ...]], list[Outcome]] = {}
        fresh = set()
        deep: dict[Witness, tuple[Change, ...]] = {}
        pinpointed: dict[tuple[Witness, tuple[Location, ...]], tuple[Change, ...]] = {}
        unrestored: list[tuple[Witness, tuple[Location, ...]]] = []
        for execution in known:
            witness = witness_of(execution, files)
            if witness is None:
                continue
            outcome = execution.runs[-1].outcome
            if any(note.startswith(f"{NOT_RESTORED}: ") for note in execution.notes):
                unrestored.append((witness, execution.order.restore))
                continue
            if execution.order.pinpoint:
                pinpointed[witness, execution.order.pinpoint] = execution.deep
                continue
            if execution.order.deep and not execution.order.restore:
                deep[witness] = execution.deep
                continue
            if execution.order.restore:
                restored.setdefault((witness, execution.order.restore), []).append(outcome)
                continue
            outcomes.setdefault(witness, []).append(outcome)
            names.setdefault(witness, []).append(execution.id)
            if execution.order.fresh:
                fresh.add(witness)
        return cls(
            profiles_of(known),
            {witness: tuple(each) for witness, each in outcomes.items()},
            {witness: tuple(each) for witness, each in names.items()},
            {key: tuple(each) for key, each in restored.items()},
            frozenset(fresh),
            tuple(unrestored),
            deep,
            pinpointed,
        )

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
