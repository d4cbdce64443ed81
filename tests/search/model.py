"""A model of a suite, and an engine that runs its orders in memory.

A test is a sequence of steps on named locations, all of which start as "0". It ends at the first step that fails,
as an assertion would end it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, cast

from leakcheck.engine import Engine, Follow, Tally
from leakcheck.engine.spawn.hash_seeds import HashSeeds
from leakcheck.options import Options
from leakcheck.progress import Silent
from leakcheck.records import (
    WARM,
    Alone,
    Change,
    Deep,
    Drawn,
    Execution,
    Location,
    Names,
    Note,
    Order,
    Outcome,
    Printed,
    Row,
    Source,
    Suite,
    TestItem,
    TestRun,
    Used,
    Whole,
)
from leakcheck.records.name_sets import encoded
from leakcheck.records.questions import hash_seed_of, is_placebo, put_back_before, puts_back
from leakcheck.records.topics import Fallback, Topic
from leakcheck.search.session import AuditSession
from leakcheck.store import Replay
from leakcheck.wire.events import Event
from watched import watched

CLEAN = "0"
OWNER = "shop"
"""The module that holds all globals."""
UNTRACKED = ("global", "foreign")
SEEDS = HashSeeds.of({})
State = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One thing that a test does when all of `when` holds; `reads` are consulted whatever comes of it."""

    do: str  # "write", "fail", "look", "chance" or "seed"
    when: tuple[tuple[str, str], ...] = ()
    unless: bool = False
    place: str = ""
    value: str = CLEAN
    odds: float = 0.0
    seeds: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(place for place, _ in self.when)

    def applies(self, state: Mapping[str, str]) -> bool:
        holds = all(state.get(place, CLEAN) == value for place, value in self.when)
        return holds != self.unless


def write(place: str, value: str = "1", **when: str) -> Step:
    return Step("write", tuple(when.items()), place=place, value=value)


def clean(place: str) -> Step:
    return write(place, CLEAN)


def look(*places: str) -> Step:
    return Step("look", tuple((place, CLEAN) for place in places))


def fails_if(**when: str) -> Step:
    return Step("fail", tuple(when.items()))


def fails_unless(**when: str) -> Step:
    return Step("fail", tuple(when.items()), unless=True)


def fails_by_chance(odds: float) -> Step:
    return Step("chance", odds=odds)


def fails_under(*seeds: str) -> Step:
    """Under these hash seeds."""
    return Step("seed", seeds=seeds)


@dataclass(frozen=True)
class Model:
    """Tests by name, in declared order. Locations whose name starts with `hidden` nobody sees, those that start
    with `global` are looked at where a test runs alone, and watched when they are known, those with `foreign` only
    by deep looks, and where they are watched. `imports` are values that files set while they are imported, none of
    which any probe tracks. Where one of `plugins` shuffles, it makes random orders of a seed."""

    tests: Mapping[str, tuple[Step, ...]]
    imports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()

    @property
    def suite(self) -> Suite:
        items = tuple(TestItem(test, test.partition("::")[0], 1, ("m", "")) for test in self.tests)
        return Suite(
            "/project",
            (),
            items,
            kinds=watched(app_state="tracked", module_globals="compared"),
            plugins=self.plugins,
        )

    def sequence(self, order: Order) -> tuple[str, ...]:
        """What runs where an order names no tests: with a seed, what a plugin makes of it."""
        tests = [test for test in self.tests if test not in order.without]
        if order.seed is not None:
            Random(order.seed).shuffle(tests)
        return tuple(tests)

    def told(self, order: Order) -> Order:
        """The order, with the sequence that a plugin has made."""
        return order if order.tests or order.seed is None else replace(order, tests=self.sequence(order))

    def imported(self, order: Order) -> State:
        """What is set when all files of `order` are imported, and nothing is put back."""
        return {
            name: value
            for file, values in self.imports.items()
            if not order.collect or file in order.collect
            for name, value in values.items()
        }

    def left_by_imports(self, order: Order) -> Iterator[Change]:
        """What the files beside that of the last test have changed."""
        for file in order.collect:
            if not order.tests[-1].startswith(f"{file}::"):
                changes = _changes({}, self.imports.get(file, {}))
                yield from (replace(change, cause=file) for change in changes)

    def fails(self, order: Sequence[str]) -> bool:
        """Whether the last test of `order` fails."""
        state: State = {}
        failed = False
        for test in order:
            failed = False
            for step in self.tests[test]:
                if step.do == "write" and step.applies(state):
                    state[step.place] = step.value
                elif step.do == "fail" and step.applies(state):
                    failed = True
                    break
        return failed

    def run(self, test: str, state: State, chance: Random, hash_seed: str = SEEDS.own) -> TestRun:
        """Run one test on `state`, recorded."""
        before, outcome, own = dict(state), "passed", set[str]()
        reads: dict[str, None] = {}
        for step in self.tests[test]:
            reads.update({place: None for place in step.reads if place not in own})
            if step.do == "chance" and chance.random() < step.odds:
                outcome = "failed"
                break
            if hash_seed in step.seeds:
                outcome = "failed"
                break
            if step.do in ("chance", "seed", "look") or not step.applies(state):
                continue
            if step.do == "fail":
                outcome = "failed"
                break
            state[step.place] = step.value
            own.add(step.place)
        return TestRun(test, _outcome(outcome), reads=_seen(reads), changes=tuple(_changes(before, state)))


def _outcome(text: str) -> Outcome:
    return "failed" if text == "failed" else "passed"


def place(name: str) -> Location:
    if name.startswith(UNTRACKED):
        return Location("module_globals", OWNER, name)
    return Location("app_state", "shop:app", name)


def _seen(names: Iterable[str]) -> tuple[Location, ...]:
    return tuple(place(name) for name in names if not name.startswith(("hidden", *UNTRACKED)))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name, value in after.items():
        old = before.get(name, CLEAN)
        if value != old and not name.startswith("hidden"):
            source = Source("test_a.py", 1, "f", "call")
            elsewhere = name.startswith(UNTRACKED)
            digests = (f"{name}={value}", f"{name}={old}")
            yield Change(place(name), old, value, *digests, sources=(source,), internal=elsewhere)


@dataclass
class ModelEngine:
    """Runs orders on a model, as the real engine would in processes. In a fork that stands in for a new process,
    `warm` is what imports have left; `used` is what a run has left in a database. What is `frail` is gone whenever
    values are kept in order to be put back."""

    model: Model
    chance: Random = field(default_factory=lambda: Random(1))
    fork: bool = True
    warm: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    frail: frozenset[str] = frozenset()
    lanes: int = 2
    changed: frozenset[str] = frozenset()
    at_a_time: int = 2
    has_views: bool = False
    has_networks: bool = False
    incidents: tuple[str, ...] = ()
    workers: None = None
    kept: list[tuple[str, Event]] = field(default_factory=list)
    ran: list[Order] = field(default_factory=list)
    replay: Replay = field(default_factory=Replay)
    lives: int = 10**9
    hash_seeds: HashSeeds = SEEDS
    ended: list[tuple[Order, Execution]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def has_used_databases(self) -> bool:
        return bool(self.used)

    def fall_back(self, why: Fallback) -> None:
        self.fork = False

    def keep(self, tag: str, event: Event) -> None:
        self.kept.append((tag, event))

    def run(
        self,
        orders: Iterable[Order],
        *,
        lanes: int | None = None,
        ends: float = float("inf"),
        follow: Follow | None = None,
    ) -> Iterator[Execution]:
        """As the real engine does. When its `lives` are spent it is killed: what it has executed is in `ended`."""
        waiting = list(orders)
        while waiting:
            done = []
            for execution in self._run(waiting, ends):
                done.append(execution)
                yield execution
            waiting = [order for each in done for order in (follow(each) if follow is not None else ())]

    def _run(self, orders: Iterable[Order], ends: float) -> Iterator[Execution]:
        asked = []
        for order in list(orders):
            tag = f"e{next(self._numbers):05d}"
            known = self.replay.take(tag, order)
            if known is not None:
                yield known
            else:
                asked.append((self.replay.free(tag), order))
        for tag, order in self._in_lanes(asked):
            if time.monotonic() > ends:
                return
            if len(self.ran) >= self.lives:
                raise KeyboardInterrupt
            self.ran.append(order)
            execution = self._execution(tag, self.model.told(order), order.tests or self.model.sequence(order))
            self.ended.append((order, execution))
            yield execution

    def _in_lanes(self, asked: list[tuple[str, Order]]) -> list[tuple[str, Order]]:
        """Lanes end in any order: here the second is faster than the first."""
        if self.lives == ModelEngine.lives:
            return asked
        pairs = [asked[start : start + 2] for start in range(0, len(asked), 2)]
        return [each for pair in pairs for each in reversed(pair)]

    def _execution(self, tag: str, order: Order, tests: Sequence[str]) -> Execution:
        """What probes see is told of every run, what they do not see only where it is looked at."""
        if isinstance(order.question, Drawn):
            return Execution(tag, order, "finished", ())
        if isinstance(order.question, Names):
            read = {place for step in self.model.tests[tests[0]] for place in step.reads}
            return Execution(tag, order, "finished", (), modules=(OWNER,), names=encoded(read))
        runs, deep = [], []
        notes: tuple[Note, ...] = ()
        for run in self._runs(order, tests):
            elsewhere = [change for change in run.changes if change.internal]
            watched = [change for change in elsewhere if change.location in order.watch]
            tracked = [change for change in run.changes if not change.internal]
            runs.append(replace(run, changes=(*tracked, *watched)))
            if isinstance(order.question, Alone | Row | Deep):
                deep += [replace(change, cause=run.test) for change in elsewhere if _is_in_sight(change, order)]
            if isinstance(order.question, Row) and (run.changes or run.bad or run.again == "failed"):
                notes = (Note(Topic.LEFT, run.test),)
                break
        if order.follows_imports:
            deep += self.model.left_by_imports(order)
        modules = (OWNER,) if isinstance(order.question, Alone | Row) else ()
        name = WARM if _is_warm(order) else "fork"
        told: dict[str, Any] = {"notes": notes, "engine": name, "deep": tuple(deep), "modules": modules}
        return Execution(tag, order, "finished", tuple(runs), **told)

    def _runs(self, order: Order, tests: Sequence[str]) -> Iterator[TestRun]:
        state: State = {**self.model.imported(order), **(self.warm if _is_warm(order) else {})}
        state.update(self.used if isinstance(order.question, Used) else {})
        for number, test in enumerate(tests):
            if number == put_back_before(order.question, len(tests)):
                kept = puts_back(order.question)
                gone = {*(() if is_placebo(order.question) else (each.key for each in kept)), *self.frail}
                for name in gone if kept else ():
                    state.pop(name, None)
            seed = hash_seed_of(order.question) or self.hash_seeds.own
            run = self.model.run(test, state, self.chance, seed)
            if order.question in (Alone(again=True), Row()):
                outcome = self.model.run(test, state, self.chance).outcome
                run = TestRun(test, run.outcome, reads=run.reads, changes=run.changes, again=outcome)
            yield TestRun(test, run.outcome) if order.is_plain else run


def _is_in_sight(change: Change, order: Order) -> bool:
    return isinstance(order.question, Deep) or not change.location.key.startswith("foreign")


def _is_warm(order: Order) -> bool:
    return isinstance(order.question, Printed) and order.question.warm


def bench_for(model: Model, *, chance: int = 1, **options: Any) -> tuple[AuditSession, ModelEngine]:
    """A bench on which the declared order has been run, and its engine."""
    engine = ModelEngine(model, Random(chance))
    return opened(engine, **options), engine


def opened(engine: ModelEngine, **options: Any) -> AuditSession:
    """A bench on which `engine` has run the declared order."""
    runs = cast(Engine, engine)  # all that a bench asks of one
    bench = AuditSession(runs, Options(**{"random": 2, **options}), Silent(), engine.model.suite)
    bench.run("declared", [Order(Whole(), tuple(engine.model.tests))])
    return bench
