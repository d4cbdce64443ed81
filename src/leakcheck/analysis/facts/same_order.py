"""Outcomes of executions of the very same order: where they differ, no order is the reason.

What ran beside an execution may be: the same file outside the project, a server, a busy machine. So what differed
is run again with nothing else running, and only what differs then is flaky. An execution that put something back or
looked line by line is none of the order as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leakcheck.nouns import plural
from leakcheck.records import BAD_OUTCOMES, GOOD_OUTCOMES, WARM, Deep, Execution, Row, Seeded, Used
from leakcheck.records.questions import puts_back

Key = tuple[str, tuple[str, ...], int, str]
"""How it ran (recorded, by plain pytest, by that in a fork that stood in for a new process, or under a hash seed of
its own), the files that were imported, what ran before (as a number), and the test."""


@dataclass(frozen=True, slots=True)
class Same:
    """A test behind the same `before` tests in all of `executions`; `outcomes` are those of the test."""

    key: Key
    before: int
    executions: tuple[Execution, ...]
    outcomes: tuple[str, ...]

    @property
    def test(self) -> str:
        return self.key[-1]

    @property
    def differs(self) -> bool:
        return len({outcome in BAD_OUTCOMES for outcome in self.outcomes}) > 1

    @property
    def quiet(self) -> Same:
        """What of it ran while nothing else did."""
        kept = [pair for pair in zip(self.executions, self.outcomes, strict=True) if pair[0].order.exclusive]
        return Same(self.key, self.before, tuple(each for each, _ in kept), tuple(outcome for _, outcome in kept))

    def __str__(self) -> str:
        seen = Counter(self.outcomes).most_common()
        told = ", ".join(f"{outcome} in {count:,}" for outcome, count in seen)
        return f"{told} of {plural(len(self.outcomes), 'execution')} {self.where}"

    @property
    def where(self) -> str:
        """What the executions have in common, in words."""
        if self.before:
            return f"behind the same {plural(self.before, 'test')}"
        is_alone = all(len(each.order.tests) == 1 for each in self.executions)
        return "of the test alone" if is_alone else "as the first test of its process"


@dataclass(slots=True)
class SameOrders:
    """Every test with the executions in which it ran behind the same tests, of those added so far."""

    _seen: dict[Key, list[tuple[Execution, str]]] = field(default_factory=dict)
    _places: dict[Key, int] = field(default_factory=dict)
    _differing: dict[Key, None] = field(default_factory=dict)

    def add(self, execution: Execution) -> None:
        order = execution.order
        if isinstance(order.question, Deep) or puts_back(order.question):
            return
        way = WARM if execution.engine == WARM else "plain" if order.is_plain else "recorded"
        if isinstance(order.question, Seeded):
            way = f"hash seed {order.question.hash_seed}"
        if isinstance(order.question, Used):
            way = "used databases"
        before = 0  # equal predecessors, equal numbers
        in_row = isinstance(order.question, Row)  # fixtures end in between: only its first test ran as in its order
        for place, run in enumerate(execution.runs[:1] if in_row else execution.runs):
            if run.outcome in BAD_OUTCOMES or run.outcome in GOOD_OUTCOMES:
                key = (way, order.collect, before, run.test)
                seen = self._seen.setdefault(key, [])
                if seen and (seen[0][1] in BAD_OUTCOMES) != (run.outcome in BAD_OUTCOMES):
                    self._differing[key] = None
                seen.append((execution, run.outcome))
                self._places[key] = place
            before = hash((before, run.test))

    def get(self, key: Key) -> Same | None:
        """The executions of one order of one test."""
        seen = self._seen.get(key)
        if seen is None:
            return None
        return Same(key, self._places[key], tuple(each for each, _ in seen), tuple(outcome for _, outcome in seen))

    def wavering(self) -> Mapping[str, Same]:
        """test -> the shortest order of which two executions disagree about it, whatever ran beside them."""
        return _shortest(self._disagreeing())

    def flaky(self) -> Mapping[str, Same]:
        """test -> the executions of one order that disagree about it although nothing else was running."""
        return _shortest(each.quiet for each in self._disagreeing() if each.quiet.differs)

    def _disagreeing(self) -> Iterator[Same]:
        return (each for each in map(self.get, self._differing) if each is not None)


def same_orders(executions: Iterable[Execution]) -> SameOrders:
    """Of all of them at once."""
    found = SameOrders()
    for execution in executions:
        found.add(execution)
    return found


def _shortest(found: Iterable[Same]) -> Mapping[str, Same]:
    best: dict[str, Same] = {}
    for each in found:
        if each.test not in best or each.before < best[each.test].before:
            best[each.test] = each
    return best


def not_settled(same: Same) -> str:
    """What is to be said of a test that wavers, and was not run again with nothing else running."""
    quiet = len(same.quiet.outcomes)
    sure = f"only {quiet:,} of them" if quiet else "not tried again"
    return f"{same}; {sure} with nothing else running"
