"""The work bench of an audit: an engine, what has been executed so far, and how much may still be spent."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeVar, cast

from leakcheck.analysis import Coverage, Evidence, coverage_of, edges_of
from leakcheck.analysis.edges import Carried
from leakcheck.analysis.elsewhere import changed_elsewhere
from leakcheck.audit.collisions import WHY, collided
from leakcheck.audit.outsiders import alone_where_needed, inherited, outsiders
from leakcheck.audit.progress import Progress
from leakcheck.engine import Engine
from leakcheck.events import Disowned, FellBack, Note
from leakcheck.options import PROFILES, Options, Profile
from leakcheck.records import Execution, Order, Suite
from leakcheck.records.topics import Fallback, Topic
from leakcheck.strategies import View

BATCH = 64
"""So many executions are begun before the clock is looked at again."""

T = TypeVar("T")
ENDED = ("crashed", "timeout", "stopped")
LETHAL = ("crashed", "timeout")


@dataclass
class Bench:
    """Runs orders and keeps their executions."""

    engine: Engine
    options: Options
    progress: Progress
    suite: Suite
    executions: list[Execution] = field(default_factory=list)
    control: list[Execution] = field(default_factory=list)
    lethal: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    deadline: float = float("inf")
    _known: dict[str, object] = field(default_factory=dict)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """test -> the file that collects it."""
        return {item.id: item.file for item in self.suite.tests}

    @property
    def profile(self) -> Profile:
        """How thorough the user wants the audit to be."""
        return PROFILES[self.options.profile]

    def view(self, only: Iterable[str] | None = None) -> View:
        """What strategies may know now."""
        chosen = None if only is None else frozenset(only)
        return View(self.suite, frozenset(self.lethal), self.options.random, self.options.seed, chosen)

    def evidence(self) -> Evidence:
        return self._derived("evidence", Evidence.of)

    def coverage(self) -> Coverage:
        return self._derived("coverage", partial(coverage_of, depth=self.options.depth))

    def edges(self) -> tuple[Carried, ...]:
        return self._derived("edges", edges_of)

    def _derived(self, name: str, derive: Callable[[Sequence[Execution], Suite], T]) -> T:
        """What `derive` makes of all executions, made once until there are more."""
        if name not in self._known:
            self._known[name] = derive(self.executions, self.suite)
        return cast(T, self._known[name])

    def concerns(self, test: str) -> bool:
        """Whether the audit wants to know what happens to `test`: everything does, unless it was asked for one."""
        return True

    def is_lethal(self, *tests: str) -> bool:
        """Whether one of `tests` ends its process."""
        return not self.lethal.keys().isdisjoint(tests)

    def note(self, topic: str, text: str) -> None:
        """Tell the user, and the stored audit, once."""
        if text not in self.notes:
            self.notes.append(text)
            self.engine.keep("audit", Note(topic, text))
            self.progress.note(text)

    def fall_back(self, why: Fallback, text: str) -> None:
        """From now on each order runs in a new process; `text` tells it."""
        self.engine.fall_back(why)
        self.engine.keep("audit", FellBack(why))
        self.note(Topic.ENGINE, text)

    def disown(self, why: str) -> None:
        """What was executed so far is no evidence, not even of who ends a process; it stays on disk and says so."""
        self._drop([*self.executions, *self.control], why)
        self.control.clear()
        self.lethal.clear()

    def _drop(self, executions: Collection[Execution], why: str) -> None:
        dropped = {execution.id: None for execution in executions}
        if dropped:
            self.engine.keep("audit", Disowned(tuple(dropped), why))
        self.executions[:] = [each for each in self.executions if each.id not in dropped]
        self._known.clear()

    def run(
        self, phase: str, orders: Sequence[Order], *, lanes: int | None = None, until: float = float("inf")
    ) -> list[Execution]:
        """Run `orders` as one phase. Orders that a test ended are run again without that test.

        Past the time `until` no more of them are begun, and that is told.
        """
        done: list[Execution] = []
        waiting = [self._watched(order) for order in orders]
        self.progress.phase(phase, len(waiting))
        while waiting and time.monotonic() <= until:
            size = len(waiting) if until == float("inf") else BATCH
            batch, waiting = waiting[:size], waiting[size:]
            ran = []
            for execution in self.engine.run(self._alone_where_needed(batch), lanes=lanes):
                ran.append(execution)
                self.executions.append(execution)
                self.progress.step(execution.order.name)
                waiting += self._mended(execution)
            disturbed = collided(ran, [*self.executions, *self.control]) if self.engine.lanes > 1 else []
            waiting += [replace(execution.order, exclusive=True) for execution in disturbed]
            self._drop(disturbed, WHY)
            done += [execution for execution in ran if execution not in disturbed]
        if waiting:
            self._tell_spent(phase, len(waiting))
        self._known.clear()
        # By their numbers, not by who was first: the same audit asks the same questions.
        self.executions.sort(key=lambda execution: execution.id)
        for text in self.engine.incidents:
            self.note(Topic.PROCESS, text)
        return sorted(done, key=lambda execution: execution.id)

    def allow(self, seconds: float) -> None:
        """Let so much time be spent from now on, whatever is left of the budget, if there was one."""
        if self.options.budget:
            self.deadline = max(self.deadline, time.monotonic() + seconds)

    def spend(self, phase: str, orders: Sequence[Order]) -> list[Execution]:
        """Run `orders` as far as the budget goes."""
        if orders and time.monotonic() > self.deadline:
            self._tell_spent(phase, len(orders))
            return []
        return self.run(phase, orders, until=self.deadline) if orders else []

    def _tell_spent(self, phase: str, left: int) -> None:
        self.note(Topic.BUDGET, f"the budget is spent: {left:,} executions were not made ({phase})")

    def _watched(self, order: Order) -> Order:
        """The order, with a look after every test at what tests alone have changed and no probe tracks."""
        plain = order.kind == "isolated" or order.fresh or order.deep
        return order if plain else replace(order, watch=self._derived("watch", changed_elsewhere))

    def _alone_where_needed(self, orders: Sequence[Order]) -> list[Order]:
        known = [*self.executions, *self.control]
        everything = inherited(known, self.engine.changed)
        return alone_where_needed(orders, outsiders(known, self.files), everything=everything)

    def _mended(self, execution: Execution) -> list[Order]:
        """The same whole-suite order without the test that ended its process, or the run."""
        order = execution.order
        if order.kind not in ("declared", "reversed", "random") or execution.status not in ENDED:
            return []
        killer = execution.runs[-1] if execution.runs else None
        if killer is None or (execution.status != "stopped" and killer.outcome not in LETHAL):
            return []
        self.lethal[killer.test] = killer.outcome
        tests = tuple(test for test in order.tests if test not in self.lethal)
        return [replace(order, tests=tests, without=tuple(sorted(self.lethal)))]
