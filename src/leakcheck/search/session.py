"""The work bench of an audit: an engine, what has been executed so far, and how much may still be spent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from leakcheck.analysis import Coverage, Evidence, Knowledge
from leakcheck.analysis.facts.alone import quiet_behind
from leakcheck.analysis.facts.untracked import changed_elsewhere
from leakcheck.analysis.graph.edges import Edges
from leakcheck.analysis.graph.effects import Carried
from leakcheck.engine import Engine, Follow, Since
from leakcheck.options import PROFILES, Options, Profile
from leakcheck.orders import View, whole_orders
from leakcheck.progress import Outlook, Progress
from leakcheck.records import (
    ALL_RUN,
    Alone,
    Deep,
    Drawn,
    Execution,
    Location,
    Note,
    Order,
    Printed,
    Row,
    Seeded,
    Suite,
    Used,
    Whole,
    in_sequence,
)
from leakcheck.records.topics import Fallback, Topic
from leakcheck.search.interference import WHY, Outside, alone_where_needed, disturbed
from leakcheck.search.left_out import LeftOut
from leakcheck.wire.events import Disowned, FellBack

BATCH = 64
"""So many executions are begun before the clock is looked at again."""

SEARCH = 0.5
"""Of the time that is left of an audit when the orders have run, so much may be spent on finding more."""
CUT = "ended when the time was over"
ENDED = ("crashed", "timeout", "stopped")
LETHAL = ("crashed", "timeout")


@dataclass
class AuditSession:
    """Runs orders and keeps their executions.

    Behind the time `deadline` the search begins nothing more. At the time `limit` everything is ended that runs: it
    is the end of what is done just now, and `ends` that of the audit.
    """

    engine: Engine
    options: Options
    progress: Progress
    suite: Suite
    executions: list[Execution] = field(default_factory=list)
    control: list[Execution] = field(default_factory=list)
    lethal: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    deadline: float = float("inf")
    ends: float = float("inf")
    limit: float = float("inf")
    left_out: LeftOut = field(default_factory=LeftOut)
    _known: Knowledge | None = None
    _settled: bool = False
    _edges: Edges = field(default_factory=Edges)
    _outside: Outside = field(default_factory=Outside)

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
        declared = (each for each in self.executions if each.order.kind == "declared")
        seconds = {run.test: run.seconds for each in declared for run in each.runs}
        asked, lethal = self.options.order, frozenset(self.lethal)
        return View(self.suite, lethal, self.options.random, self.options.seed, chosen, asked, seconds)

    def orders(self, view: View) -> list[Order]:
        """The orders of the whole suite that are to be run behind the declared one."""
        return whole_orders(view)

    @property
    def sees_all(self) -> bool:
        """Whether all orders of the whole suite are run here."""
        return True

    def learn_other_orders(self) -> None:
        """Find out which sequences the orders have that are run elsewhere: none are."""

    def known(self) -> Knowledge:
        """All that follows from what was executed so far. It is asked for once a test, and goes through the
        executions where there are others than before."""
        if self._known is None or self._known.suite is not self.suite:
            self._known, self._settled = self._nothing_known(), False
        if not self._settled or len(self._known.executions) != len(self.executions):
            self._known, self._settled = self._known.brought_to(self.executions), True
        return self._known

    def _nothing_known(self) -> Knowledge:
        return Knowledge(self.suite, self.options.depth)

    def evidence(self) -> Evidence:
        return self.known().evidence

    def coverage(self) -> Coverage:
        return self.known().coverage

    def edges(self) -> tuple[Carried, ...]:
        return self.known().once(self._edges.of)

    def polluters(self) -> Sequence[tuple[str, ...]]:
        """Tests that are known to change, together, what others do: those first that do it to most."""
        edges = (edge for edge, _ in self.edges() if edge.effect in ("breaks", "enables"))
        return [each for each, _ in Counter(edge.polluters for edge in edges).most_common()]

    def concerns(self, test: str) -> bool:
        """Whether the audit wants to know what happens to `test`: everything does, unless it was asked for one."""
        return True

    def meets(self, test: str) -> bool:
        """Whether it is this audit's to put in front of `test` what is known here to be left."""
        return self.concerns(test)

    def explains(self, test: str, execution: Execution) -> bool:
        """Whether it is this audit's to find out why `test` behaved in `execution` as it does not alone."""
        return self.concerns(test)

    def is_lethal(self, *tests: str) -> bool:
        """Whether one of `tests` ends its process."""
        return not self.lethal.keys().isdisjoint(tests)

    def note(self, topic: str, text: str) -> None:
        """Tell the user, and the stored audit, once."""
        self.tell(Note(topic, text))

    def tell(self, note: Note) -> None:
        """The same of a note that somebody else has made."""
        if note.text not in self.notes:
            self.notes.append(note.text)
            self.engine.keep("audit", note)
            if note.topic != Topic.BUDGET:  # told when all is over: the report does it
                self.progress.note(note.text)

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
            self._outside, self._settled = Outside(), False

    def run(
        self,
        phase: str,
        orders: Sequence[Order],
        *,
        lanes: int | None = None,
        until: float = float("inf"),
        follow: Follow | None = None,
        question: str = "",
    ) -> list[Execution]:
        """Run `orders` as one phase, that settles this `question`. Orders that a test ended are run again without
        that test. What is to `follow` an execution is run soon, by processes that are there still.

        Past the time `until` no more of them are begun, and what is left out is noted.
        """
        done, waiting = self._run_until(phase, orders, lanes, until, follow, question)
        if waiting:
            self.left_out.note(phase, waiting)
        return done

    def use_up(self, phase: str, orders: Sequence[Order]) -> None:
        """Run as many of `orders` as the budget still allows, where nothing is lost by what is left out."""
        if orders and time.monotonic() <= self.deadline:
            self._run_until(phase, orders, None, self.deadline)

    def _run_until(
        self,
        phase: str,
        orders: Sequence[Order],
        lanes: int | None,
        until: float,
        follow: Follow | None = None,
        question: str = "",
    ) -> tuple[list[Execution], list[Order]]:
        """What was run, and what was not."""
        done: list[Execution] = []
        until = min(until, self._bound())
        if orders and time.monotonic() > until:
            return [], list(orders)
        since, ended = Since.now(self.engine.tally), []
        further = None if follow is None else lambda each: self._alone_where_needed(follow(each))
        watch = self._watch()
        waiting = [_watched(order, watch) for order in orders]
        self.progress.phase(phase, len(waiting), sum(map(self._tests_in, waiting)), question)
        while waiting and time.monotonic() <= until:
            size = len(waiting) if until in (float("inf"), self._bound()) else BATCH
            batch, waiting = waiting[:size], waiting[size:]
            ran = []
            asked = self._alone_where_needed(batch)
            for execution in self.engine.run(asked, lanes=lanes, ends=self._bound(), follow=further):
                ran.append(execution)
                ended.append(execution.id)
                self.executions.append(execution)
                self._outside.add(execution)
                self.progress.step(execution.order.name, _settled(execution))
                waiting += self._fixed(execution)
            met = disturbed(ran, self.outside()) if self.engine.at_a_time > 1 else []
            waiting += map(_by_itself, met)
            self._drop(met, WHY)
            names = {execution.id for execution in met}
            done += [execution for execution in ran if execution.id not in names]
            if time.monotonic() > self._bound():
                self.left_out.note(phase, batch)
                self._drop([each for each in ran if _was_cut(each)], CUT)
        # By their numbers, not by who was first: the same audit asks the same questions.
        self.executions.sort(key=lambda each: in_sequence(each.id))
        self.engine.keep("audit", since.phase(phase, ended))
        self._settled = False
        for text in self.engine.incidents:
            self.note(Topic.PROCESS, text)
        for text in self.engine.workers.notes if self.engine.workers is not None else ():
            self.note(Topic.CLUSTER, text)
        return sorted(done, key=lambda each: in_sequence(each.id)), waiting

    def allow(self, seconds: float) -> None:
        """Let so much time be spent from now on, whatever is left of the budget, if there was one."""
        if self.options.budget:
            self.deadline = min(max(self.deadline, time.monotonic() + seconds), self._bound())
            self.progress.expect(Outlook(search=self.deadline - time.monotonic()))

    def spend(self, phase: str, orders: Sequence[Order]) -> list[Execution]:
        """Run `orders` as far as the budget goes."""
        return self.run(phase, orders, until=self.deadline) if orders else []

    def search_seconds(self, declared: float) -> float:
        """How long the search may take from now on: as the user has said, and not all of what is left of the audit,
        so that what it finds is proven as well."""
        return min(self.options.budget_seconds(declared), SEARCH * max(0.0, self.ends - time.monotonic()))

    def tell_left_out(self) -> None:
        """What the budget did not suffice for, when all that could be made is made."""
        missing = self.left_out.not_run(self.executions)
        if missing != ALL_RUN:
            self.engine.keep("audit", missing)
        for text in self.left_out.sentences(self.executions):
            self.note(Topic.BUDGET, text)

    def make_again(self, phase: str, executions: Sequence[Execution], why: str) -> None:
        """These are no evidence, and are made again with nothing else running, whatever is left of the budget."""
        self._drop(executions, why)
        if executions:
            self.run(phase, list(map(_by_itself, executions)))

    def _bound(self) -> float:
        """When everything is ended that runs."""
        return min(self.limit, self.ends)

    def _tests_in(self, order: Order) -> int:
        """How many tests it will run: a plugin that shuffles tells them later."""
        return 0 if isinstance(order.question, Drawn) else len(order.tests) or len(self.suite.tests)

    def _alone_where_needed(self, orders: Iterable[Order]) -> list[Order]:
        known = self.outside()
        # A file that was open before the fork has changed: nobody can tell which test wrote it.
        everything = not known.nobodys.isdisjoint(self.engine.changed)
        return alone_where_needed(orders, known.outsiders(self.suite.tests), everything=everything)

    def outside(self) -> Outside:
        """What all executions until now did outside of their processes."""
        everything, ports = [*self.executions, *self.control], not self.engine.has_networks
        if (self._outside.count, self._outside.ports) != (len(everything), ports):
            self._outside = Outside.of(everything, ports=ports)
        return self._outside

    def _watch(self) -> tuple[Location, ...]:
        """What tests alone have changed and no probe tracks."""
        return self.known().once_of_profiles(changed_elsewhere)

    def _fixed(self, execution: Execution) -> list[Order]:
        """The same whole-suite order without the test that ended its process, or the run; or the same order where
        all is collected already, if a test has another name each time its file is collected."""
        order = execution.order
        if self.engine.fork and order.collect and execution.tells(Topic.MISSING):
            return [replace(order, collect=())]
        if not isinstance(order.question, Whole) or execution.status not in ENDED:
            return []
        killer = execution.runs[-1] if execution.runs else None
        if killer is None or (execution.status != "stopped" and killer.outcome not in LETHAL):
            return []
        self.lethal[killer.test] = killer.outcome
        tests = tuple(test for test in order.tests if test not in self.lethal)
        return [replace(order, tests=tests, without=tuple(sorted(self.lethal)))]


def _was_cut(execution: Execution) -> bool:
    """Whether it was ended before it could answer; what an order of the whole suite had run by then counts."""
    return execution.status == "lost" and not isinstance(execution.order.question, Whole)


def _by_itself(execution: Execution) -> Order:
    """What it has run, with nothing beside it. What followed a row that ended early has run, or will: asked for
    again behind every such row of a file, it would double from each to the next."""
    order = execution.order
    ran = len(execution.runs) if isinstance(order.question, Row) and execution.runs else None
    return replace(order, tests=order.tests[:ran], exclusive=True)


def _settled(execution: Execution) -> int:
    """How many tests of the phase it has run: who ends a row behind others runs once more."""
    runs = len(execution.runs)
    return runs if not isinstance(execution.order.question, Row) else min(runs, 1 + len(quiet_behind(execution)))


def _watched(order: Order, watch: tuple[Location, ...]) -> Order:
    """The order, with a look after every test at what tests alone have changed and no probe tracks, beside what it
    asks for itself."""
    plain = isinstance(order.question, Alone | Row | Printed | Seeded | Used | Deep)
    return order if plain else replace(order, watch=tuple(dict.fromkeys((*watch, *order.watch))))
