"""Executions for whoever asks: collects the suite, and runs orders by forks or in new processes."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from leakcheck.engine.backend import PATIENCE, Backend
from leakcheck.engine.cluster.backend import AHEAD, ClusterBackend, limited
from leakcheck.engine.cluster.news import Workers
from leakcheck.engine.disk_space import collected_in
from leakcheck.engine.fork.backend import SUITE, ForkBackend
from leakcheck.engine.job import FIRST_TEST, PLAIN, Job, Limits
from leakcheck.engine.meter import Tally
from leakcheck.engine.processes import uninterrupted
from leakcheck.engine.scheduler import Scheduler
from leakcheck.engine.spawn.backend import SINGLE_SUITE, SpawnBackend
from leakcheck.engine.spawn.hash_seeds import HashSeeds
from leakcheck.engine.spawn.launch import Launch
from leakcheck.engine.timeouts import endless_collection, too_short_for_collection
from leakcheck.engine.warm.backend import WarmBackend
from leakcheck.own_folders import Own
from leakcheck.recorder.outside.views import Views, networks_asked
from leakcheck.records import WARM, Execution, Note, Order, Printed, name_of, numbered
from leakcheck.records.questions import arguments_of
from leakcheck.records.topics import Fallback, Topic
from leakcheck.store import CONTROL, AuditFolder, Leftover, Replay
from leakcheck.wire import events
from leakcheck.workspace.resource import AuditPlace, Wanted
from leakcheck.workspace.resources import Resources, discover

EARLIER_SUITE = "suite-before"
_BRIEFLY = 0.5
"""Seconds that a backend has to end of which nothing is expected any more."""


Follow = Callable[[Execution], Iterable[Order]]


@dataclass
class Engine:
    """Hands out executions. `may_fork` says whether forks are wanted, `fork` whether there are any now, `fallback`
    why it was decided that there are none.

    `incidents` tell, in sentences, what others have done to its processes. At the time `ends` (monotonic) nothing
    goes on any more. `tally` counts what it does beside running tests. `workers` of a cluster run executions, if
    there are any. `views`: whether executions shall have their own view of the project's files.
    """

    launch: Launch
    limits: Limits
    lanes: int
    may_fork: bool = True
    incidents: list[str] = field(default_factory=list)
    replay: Replay = field(default_factory=Replay)
    fallback: Fallback | None = None
    scratch: Own | None = None
    ends: float = float("inf")
    tally: Tally = field(default_factory=Tally)
    workers: Workers | None = None
    views: Wanted = "not"
    _controls: dict[str, Execution] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @cached_property
    def resources(self) -> Resources:
        """What executions share, or are given as their own."""
        scratch = AuditFolder(Path(self.launch.scratch))
        return discover(AuditPlace(self.launch.folder, self.launch.salt, scratch, self.views))

    @cached_property
    def scheduler(self) -> Scheduler:
        resources = self.resources.every
        return Scheduler(
            self.launch.folder,
            self.limits,
            resources,
            self._backends(),
            self._another,
            scratch=self.scratch,
            tally=self.tally,
        )

    def look_at(self, root: str) -> None:
        """Look at what is there, in the project of the folder `root`, before anything runs."""
        for text in self.resources.problems:
            self.keep("audit", Note(Topic.RESOURCES, text))
        for each in self.resources.every:
            each.keep(root)

    @property
    def jobs(self) -> Mapping[str, Job]:
        """The executions under way, by their tags."""
        return self.scheduler.jobs

    @property
    def changed(self) -> set[str]:
        """All that ever changed outside of the processes, by name."""
        return self.scheduler.leases.changed

    # Forks or new processes ------------------------------------------------------------------------------------

    @property
    def fork(self) -> bool:
        """Whether orders run as forks."""
        return self.scheduler.backend.can.forks

    @property
    def hash_seeds(self) -> HashSeeds:
        """The hash seed of all executions, and those under which some may be tried."""
        return self.launch.hash_seeds

    def fall_back(self, why: Fallback) -> None:
        """From now on each order runs in a new process. Who decides that has to tell it."""
        self.fallback = why
        for each in [each for each in self.scheduler.backends if each.can.forks]:
            each.close(_BRIEFLY)
            self.scheduler.backends.remove(each)

    @property
    def has_views(self) -> bool:
        """Whether executions have their own view of the project's files."""
        return Views.asked(self.launch.scratch) is not None

    @property
    def has_networks(self) -> bool:
        """Whether executions have a network of their own as well."""
        return networks_asked(self.launch.scratch)

    def share(self, why: str) -> bool:
        """From now on no execution has anything of its own outside of its process; whether any could."""
        if self.workers is not None:
            self.workers.shared, first = why, not self.workers.shared
            return first
        return self.scheduler.leases.share(why)

    def has_used_databases(self) -> bool:
        """Whether databases of which executions have copies hold something else by now than these begin with."""
        return self.workers is None and self.scheduler.leases.is_otherwise()

    @property
    def at_a_time(self) -> int:
        """How many executions run at a time."""
        return self.lanes if self.workers is None else self.workers.slots or self.lanes

    @property
    def elsewhere(self) -> float:
        """CPU seconds that workers have taken, once they have ended."""
        return 0.0 if self.workers is None else self.workers.cpu

    def _backends(self) -> list[Backend]:
        here = self._backends_here()
        if self.workers is None:
            return here
        return [
            ClusterBackend(self.launch, self.incidents, self.workers),
            *(limited(each, self.lanes) for each in here),
        ]

    def _backends_here(self) -> list[Backend]:
        plain = SpawnBackend(self.launch, self.incidents)
        if not self.may_fork:
            return [plain]
        forks = (each(self.launch, self.incidents, self.tally) for each in (ForkBackend, WarmBackend))
        return [*forks, plain]

    # The suite -------------------------------------------------------------------------------------------------

    def start_over(self, launcher: str) -> None:
        """Collect as `launcher` would, and by forks again where they are wanted."""
        for each in self.scheduler.backends:
            each.close(_BRIEFLY)
        self.launch, self.fallback = replace(self.launch, launcher=launcher), None
        self.scheduler.backends[:] = self._backends()

    def open_suite(self) -> None:
        """Start to collect the whole suite, without waiting for it."""
        self.scheduler.backend.open()

    def suite(self) -> events.Collected | None:
        """What was collected, once it was; None if that came to nothing."""
        backend, began = self.scheduler.backend, time.monotonic()
        while backend.collecting:
            self.scheduler.listen()
            if time.monotonic() - began > self.limits.execution:
                raise endless_collection(self.limits)
            if time.monotonic() > self.ends:
                raise too_short_for_collection()
        self.incidents.clear()  # nobody has killed a tree that could not collect
        return collected_in(self.launch.folder, backend.suite)

    def lost_databases(self) -> tuple[str, ...]:
        """Files of databases that forks would go on with, although they are gone by now."""
        return self.scheduler.backend.lost_databases()

    def stop_tree(self) -> None:
        """End what orders were to be run by; it may be opened again."""
        self.scheduler.backend.close(_BRIEFLY)

    def forget_suite(self) -> None:
        """Take back what this session has collected; what an earlier one has stays."""
        for tag in (SUITE, SINGLE_SUITE):
            self.launch.folder.segment(tag).unlink(missing_ok=True)

    def keep(self, tag: str, event: events.Event) -> None:
        """Store `event` with the execution `tag`, or with the audit itself."""
        self.launch.folder.append(tag, event)

    # Orders ----------------------------------------------------------------------------------------------------

    def run(
        self,
        orders: Iterable[Order],
        *,
        lanes: int | None = None,
        ends: float = float("inf"),
        follow: Follow | None = None,
    ) -> Iterator[Execution]:
        """Run `orders`, each in a process of its own; executions come as they end. `follow` tells which orders
        shall follow an execution: they run before the others, while what collected for it is there. At the time
        `ends` those that go on are ended, and are "lost".

        What an earlier session has executed comes first. Control executions that end meanwhile are kept for
        `finish`.
        """
        waiting: list[Job] = []
        yield from self._ask(orders, waiting, follow)
        for execution in self._work(waiting, lanes or self._ahead, ends=min(ends, self.ends)):
            yield execution
            if follow is not None:
                yield from self._ask(follow(execution), waiting, follow)

    def _ask(self, orders: Iterable[Order], waiting: list[Job], follow: Follow | None) -> Iterator[Execution]:
        """What an earlier session has executed of `orders`, and of what is to follow; the rest is put into
        `waiting`, what follows in front."""
        asked, place = deque(orders), 0
        while asked:
            order = asked.popleft()
            tag = numbered("e", next(self._numbers))
            known = self.replay.take(tag, order)
            if known is not None:
                yield known
                asked.extend(follow(known) if follow is not None else ())
            else:
                args = arguments_of(order.question)
                waiting.insert(place, Job(self.replay.free(tag), order, self._mode(order), args))
                place += 1

    def control(self, order: Order, args: tuple[str, ...] | None = None) -> Job:
        """Begin an execution by plain pytest, without recorder; `finish` gives its execution."""
        tag = numbered(CONTROL, next(self._numbers))
        known = self.replay.take(tag, order)
        job = Job(known.id if known is not None else self.replay.free(tag), order, PLAIN, args)
        if known is not None:
            self._controls[job.tag] = known
        else:
            self.scheduler.begin(job)
        return job

    def touches_files(self, job: Job) -> bool:
        """Whether a test of `job` was about to change what others meet, as files, until now: at least until its
        first test is over, in which most of what all tests share is set up, if that does not take long."""
        if self.workers is not None and not self.workers.is_local:
            return False
        until = time.monotonic() + FIRST_TEST
        self.scheduler.look(job)
        while not (job.touches or job.over or job.tests > 1) and time.monotonic() < until:
            self.scheduler.listen()
            self.scheduler.look(job)
        return job.touches

    def finish(self, job: Job) -> Execution:
        """Wait for a control execution, and take it."""
        return self._controls.pop(self.wait(job).tag)

    def wait(self, job: Job) -> Job:
        """Wait until a control execution has ended."""
        while job.tag not in self._controls:
            for _ in self._work([], 1, until=job.tag, ends=self.ends):
                pass
        return job

    @property
    def _ahead(self) -> int:
        """How many are asked for at a time."""
        return self.at_a_time if self.workers is None else self.at_a_time * AHEAD

    def _work(self, waiting: list[Job], lanes: int, until: str = "", *, ends: float) -> Iterator[Execution]:
        for execution in self.scheduler.work(waiting, lanes, until, ends):
            if execution.id.startswith(CONTROL):
                self._controls[execution.id] = execution
            else:
                yield execution

    def _mode(self, order: Order) -> str:
        if isinstance(order.question, Printed) and order.question.warm:
            return WARM
        return PLAIN if order.is_plain else self.scheduler.backend.name

    def _another(self, tag: str) -> str:
        """A name that no execution has, of the kind of `tag`."""
        return self.replay.free(numbered(name_of(tag), next(self._numbers)))

    # Sessions --------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """End every process of this engine, and put back what those that were at work have changed. A second signal
        cuts short the time that the tree of forks has to end."""
        with uninterrupted() as signals:
            self.scheduler.stop(hurry=signals)
            if self.workers is not None:
                self.workers.close(_BRIEFLY if signals else PATIENCE)
            self.close_resources()

    def close_resources(self) -> None:
        """Put back what was changed before the first test of any process."""
        self.scheduler.leases.close()

    def troubles(self) -> tuple[Note, ...]:
        """What could not be put back."""
        return self.scheduler.leases.troubles()

    def left(self, root: str) -> tuple[Note, ...]:
        """What is otherwise than before the audit, named as seen from `root`. Asked once."""
        there = () if self.workers is None else tuple(Note(topic, text) for topic, text in self.workers.left)
        return (*there, *self.scheduler.leases.left(root))

    def pass_over(self) -> None:
        """Leave out a number: an earlier session has given it to something that need not be asked again."""
        next(self._numbers)

    def take_over(self, left: Leftover) -> tuple[Note, ...]:
        """Go on where another session has ended: its executions are handed out again, and what executions that
        nobody ended have changed is put back. Returns what could not be."""
        earlier = self.launch.folder.segment(EARLIER_SUITE)
        for tag in (SUITE, SINGLE_SUITE):
            if collected_in(self.launch.folder, tag) is not None and not earlier.exists():
                self.launch.folder.segment(tag).rename(earlier)
        self.forget_suite()
        self.replay = left.replay
        self.changed.update(left.changed)
        return self.scheduler.leases.recover(left.touched)
