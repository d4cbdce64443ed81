"""What the generated tests do to shared state, abstractly: enough to predict the outcome of any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

CLEAN = "clean"
DIRTY = "dirty"

Condition = tuple[tuple[str, str], ...]
"""Pairs of slot and value, all of which must hold."""


@dataclass(frozen=True)
class Slot:
    """One planted location; `groups` name what is read or reset as one (a client)."""

    name: str
    planted: str
    kind: str
    owner: str
    key: str
    path: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Read:
    """Consult slots, named by themselves or by a group."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Write:
    """Give a slot a value, if the condition holds; `mark` names the source line that does it."""

    slot: str
    mark: str
    value: str = DIRTY
    when: Condition = ()


@dataclass(frozen=True)
class Reset:
    """Put slots, named by themselves or by a group, back to what they are at start."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Fail:
    """The test fails here if the condition holds; what follows is not done."""

    when: Condition


Step = Read | Write | Reset | Fail


@dataclass(frozen=True)
class Trace:
    """One test in one order: outcome, what it read before writing it, marks of its writes, state after it."""

    test: str
    passed: bool
    reads: frozenset[str]
    marks: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """All slots, and for every test its steps."""

    slots: tuple[Slot, ...]
    steps: Mapping[str, tuple[Step, ...]]

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """The slots behind the name of a slot or a group."""
        found: dict[str, tuple[str, ...]] = {}
        for slot in self.slots:
            for name in (slot.name, *slot.groups):
                found[name] = (*found.get(name, ()), slot.name)
        return found

    def run(self, order: Sequence[str]) -> list[Trace]:
        """What happens when the tests run in this order in one process."""
        state: dict[str, str] = {}
        return [self._run_test(test, state) for test in order]

    def _run_test(self, test: str, state: dict[str, str]) -> Trace:
        reads: set[str] = set()
        written: set[str] = set()
        marks: dict[str, str] = {}
        passed = True
        for step in self.steps[test]:
            match step:
                case Read():
                    reads.update(self._slots(step.names) - written)
                case Reset():
                    written.update(self._slots(step.names))
                    for slot in self._slots(step.names):
                        state.pop(slot, None)
                case Write() if _holds(step.when, state):
                    written.add(step.slot)
                    state[step.slot] = step.value
                    marks[step.slot] = step.mark
                case Fail() if _holds(step.when, state):
                    passed = False
                    break
        return Trace(test, passed, frozenset(reads), marks, dict(state))

    def _slots(self, names: tuple[str, ...]) -> set[str]:
        return {slot for name in names for slot in self.members.get(name, ())}


def _holds(condition: Condition, state: Mapping[str, str]) -> bool:
    return all(state.get(slot, CLEAN) == value for slot, value in condition)
