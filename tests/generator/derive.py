"""From the model to the truth: nothing is asserted that the model does not show."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from .model import CLEAN, Fail, Model, Slot, Trace, Write
from .truth import Cleaning, Leak, Sequences, Source, Truth

LONGEST = 3


@dataclass(frozen=True)
class Derivation:
    """A model, its tests in declared order, and the source line behind every mark."""

    model: Model
    tests: tuple[str, ...]
    sources: Mapping[str, Source]

    @cached_property
    def alone(self) -> Mapping[str, Trace]:
        """Every test run alone."""
        return {test: self.model.run([test])[0] for test in self.tests}

    @cached_property
    def self_polluting(self) -> tuple[str, ...]:
        """The tests that pass, then fail when run again."""
        twice = ((test, self.model.run([test, test])) for test in self.tests)
        return tuple(test for test, (first, second) in twice if first.passed and not second.passed)

    @cached_property
    def changed(self) -> Mapping[str, Sequences]:
        """For every test whose outcome others change: the minimal sequences that do."""
        found = {test: self._changing(test) for test in self.tests}
        return {test: sequences for test, sequences in found.items() if sequences}

    def of_outcome(self, passed: bool) -> dict[str, Sequences]:
        """The part of `changed` whose tests pass, or fail, alone."""
        return {test: found for test, found in self.changed.items() if self.alone[test].passed == passed}

    def needed_slots(self, test: str) -> frozenset[str]:
        """The slots that the outcome of a test can depend on."""
        fails = [step for step in self.model.steps[test] if isinstance(step, Fail)]
        return self._closure({slot for step in fails for slot, _ in step.when})

    def sequences_leaving(self, slot: Slot) -> Sequences:
        """The minimal sequences after which the slot is not clean."""

        def dirty(sequence: tuple[str, ...]) -> bool:
            return self.model.run(sequence)[-1].after.get(slot.name, CLEAN) != CLEAN

        return minimal_sequences(self._writers(self._closure({slot.name})), dirty)

    def sources_of(self, slot: Slot, sequences: Sequences) -> tuple[Source, ...]:
        """The lines that leave the slot behind in these sequences."""
        marks = (self.model.run(sequence)[-1].marks.get(slot.name) for sequence in sequences)
        return tuple(self.sources[mark] for mark in dict.fromkeys(marks) if mark)

    def _changing(self, test: str) -> Sequences:
        needed = self.needed_slots(test)
        if not needed:
            return ()

        def changes(sequence: tuple[str, ...]) -> bool:
            return self.model.run([*sequence, test])[-1].passed != self.alone[test].passed

        return minimal_sequences([writer for writer in self._writers(needed) if writer != test], changes)

    def _closure(self, slots: Collection[str]) -> frozenset[str]:
        """With the slots that writes to these slots depend on."""
        wider = set(slots)
        for step in self._writes:
            if step.slot in wider:
                wider.update(slot for slot, _ in step.when)
        return frozenset(wider) if wider == set(slots) else self._closure(wider)

    @cached_property
    def _writes(self) -> list[Write]:
        return [step for steps in self.model.steps.values() for step in steps if isinstance(step, Write)]

    def _writers(self, slots: Collection[str]) -> list[str]:
        return [
            test
            for test in self.tests
            if any(isinstance(step, Write) and step.slot in slots for step in self.model.steps[test])
        ]


def minimal_sequences(tests: list[str], wanted: Callable[[tuple[str, ...]], bool]) -> Sequences:
    """The sequences of up to three tests that are wanted, while no smaller set of theirs is."""
    found: list[tuple[str, ...]] = []
    for length in range(1, LONGEST + 1):
        for sequence in permutations(tests, length):
            if not any(set(smaller) <= set(sequence) for smaller in found) and wanted(sequence):
                found.append(sequence)
    return tuple(found)


def derive_truth(derivation: Derivation, baits: tuple[str, ...]) -> Truth:
    """The whole truth of a project."""
    victims = derivation.of_outcome(passed=True)
    return Truth(
        tests=derivation.tests,
        victims=victims,
        brittle=derivation.of_outcome(passed=False),
        cleaners=tuple(_cleaning(derivation, victim, found) for victim in victims for found in victims[victim]),
        self_polluting=derivation.self_polluting,
        leaks=tuple(leak for slot in derivation.model.slots if (leak := _leak(derivation, slot))),
        baits=baits,
        model=derivation.model,
    )


def _cleaning(derivation: Derivation, victim: str, polluters: tuple[str, ...]) -> Cleaning:
    others = [test for test in derivation.tests if test not in (victim, *polluters)]
    cleaners = [test for test in others if derivation.model.run([*polluters, test, victim])[-1].passed]
    return Cleaning(polluters, victim, tuple(cleaners))


def _leak(derivation: Derivation, slot: Slot) -> Leak | None:
    sequences = derivation.sequences_leaving(slot)
    if not sequences:
        return None
    polluters = tuple(sequence[0] for sequence in sequences if len(sequence) == 1)
    readers = tuple(test for test in derivation.tests if slot.name in derivation.alone[test].reads)
    hurt = [*derivation.of_outcome(passed=True), *derivation.self_polluting]
    victims = tuple(test for test in hurt if slot.name in derivation.needed_slots(test))
    brittle = derivation.of_outcome(passed=False)
    enables = tuple(test for test in brittle if slot.name in derivation.needed_slots(test))
    return Leak(
        kind=slot.kind,
        planted=slot.planted,
        owner=slot.owner,
        key=slot.key,
        path=slot.path,
        polluters=polluters,
        chains=tuple(sequence for sequence in sequences if len(sequence) > 1),
        readers=readers,
        victims=victims,
        enables=enables,
        sources=derivation.sources_of(slot, sequences),
        impact=_impact(bool(victims or enables), polluters, readers),
    )


def _impact(broken: bool, polluters: tuple[str, ...], readers: tuple[str, ...]) -> str:
    if broken:
        return "broken"
    return "read" if any(reader != polluter for reader in readers for polluter in polluters) else "latent"
