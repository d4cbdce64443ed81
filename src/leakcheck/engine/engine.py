"""Runs orders in lanes: forks of nodes where that is safe, processes of their own where it is not."""

from __future__ import annotations

import itertools
import select
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from leakcheck import events
from leakcheck.engine import watching
from leakcheck.engine.disk import Disk
from leakcheck.engine.endings import Endings
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import kill_group, status_of, uninterrupted
from leakcheck.engine.room import cannot_record, gave_up, has_room
from leakcheck.engine.root import Node, Root
from leakcheck.engine.spawned import Spawned
from leakcheck.engine.unseen import Unseen
from leakcheck.records import Execution, Order
from leakcheck.store import CONTROL, Left, Replay

_TICK = 0.05
SUITE, SINGLE_SUITE, EARLIER_SUITE = "suite", "suite-collect", "suite-before"
_KILLED = "a process that {} was killed, by a test or by somebody else: {}"


@dataclass
class Engine:
    """Hands out executions. `fork` may be switched off while it runs: what follows is spawned."""

    launch: Launch
    limits: Limits
    lanes: int
    fork: bool = True
    listen: Callable[[Job], None] = lambda job: None
    root: Root | None = None
    jobs: dict[str, Job] = field(default_factory=dict)
    forks: int = 0
    processes: int = 0
    incidents: list[str] = field(default_factory=list)
    replay: Replay = field(default_factory=Replay)
    unseen: Unseen | None = None
    _controls: dict[str, Execution] = field(default_factory=dict)
    _once_more: list[Job] = field(default_factory=list)
    _tainted: set[str] = field(default_factory=set)
    _collecting: list[Spawned] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _nodes: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @cached_property
    def disk(self) -> Disk:
        """What executions have changed in files."""
        return Disk(self.launch.folder)

    @cached_property
    def endings(self) -> Endings:
        """Records how executions end."""
        return Endings(self.launch, self.disk, self.jobs)

    @property
    def changed(self) -> set[str]:
        """All files that ever changed."""
        return self.disk.changed

    # The suite -------------------------------------------------------------------------------------------------

    def open_suite(self) -> None:
        """Start to collect the whole suite, without waiting for it."""
        if self.fork and self.root is None:
            with uninterrupted():
                self.root = Root.start(self.launch)
            self.processes += 1
            self._open(SUITE, ())

    def suite(self) -> events.Collected | None:
        """What the suite node has collected, once it has; None if it never will."""
        began = time.monotonic()
        while self.root is not None and self.root.nodes[SUITE].state == "opening":
            self._listen(_TICK)
            if time.monotonic() - began > self.limits.execution:
                raise watching.endless_collection(self.limits)
        return self._collected(SUITE)

    def suite_by_process(self) -> events.Collected | None:
        """The same by a process that collects and runs nothing, for engines that do not fork."""
        tag = SINGLE_SUITE
        self.launch.folder.segment(tag).unlink(missing_ok=True)  # of the launcher that failed before
        self.launch.folder.begin(tag, Order("collect", "confirm", ("",)))
        self.processes += 1
        with uninterrupted():
            process = self.launch.start("single", tag)
            self._collecting.append(process)
        if not process.wait(self.limits.execution):
            raise watching.endless_collection(self.limits)
        return self._collected(tag)

    def stop_tree(self) -> None:
        """End the tree of forks; another may be opened."""
        if self.root is not None:
            self.root.stop(patience=0.5)
            self.root = None

    def _collected(self, tag: str) -> events.Collected | None:
        if not self.launch.folder.segment(tag).exists():
            return None
        if gave_up(self.launch.folder, tag):
            raise cannot_record(self.launch.folder)
        return next((event for event in self.launch.folder.read(tag) if isinstance(event, events.Collected)), None)

    def forget_suite(self) -> None:
        """Take back what this session has collected; what an earlier one has stays."""
        for tag in (SUITE, SINGLE_SUITE):
            self.launch.folder.segment(tag).unlink(missing_ok=True)

    def keep(self, tag: str, event: events.Event) -> None:
        """Store `event` with the execution `tag`, or with the audit itself."""
        self.launch.folder.append(tag, event)

    # Orders ----------------------------------------------------------------------------------------------------

    def run(self, orders: Iterable[Order], *, lanes: int | None = None) -> Iterator[Execution]:
        """Run `orders`, each in a process of its own; executions come as they end.

        What an earlier session has executed comes first. Control executions that end meanwhile are kept for
        `finish`.
        """
        waiting = []
        for order in orders:
            tag = f"e{next(self._numbers):05d}"
            known = self.replay.take(tag, order)
            if known is not None:
                yield known
            else:
                args = order.arguments if order.fresh else None
                waiting.append(Job(self.replay.free(tag), order, self._mode(order), args))
        yield from self._work(waiting, lanes or self.lanes)

    def control(self, order: Order, args: tuple[str, ...] | None = None) -> Job:
        """Begin an execution by plain pytest, without recorder; `finish` gives its execution."""
        tag = f"{CONTROL}{next(self._numbers):05d}"
        known = self.replay.take(tag, order)
        job = Job(known.id if known is not None else self.replay.free(tag), order, "control", args)
        if known is not None:
            self._controls[job.tag] = known
        else:
            self._spawn(job)
        return job

    def touches_files(self, job: Job) -> bool:
        """Whether a test of `job` was about to change a file until now."""
        if job.tag in self.jobs:
            job.look(self.launch.folder, time.monotonic())
        return job.touches

    def finish(self, job: Job) -> Execution:
        """Wait for a control execution, and take it."""
        return self._controls.pop(self.wait(job).tag)

    def wait(self, job: Job) -> Job:
        """Wait until a control execution has ended."""
        while job.tag not in self._controls:
            for _ in self._work([], 1, until=job.tag):
                pass
        return job

    def stop(self) -> None:
        """End every process of this engine, and put back what those that were at work have changed. A second signal
        cuts short the time that the tree of forks has to end."""
        with uninterrupted() as signals:
            for process in self._collecting:
                process.end()
            for job in self.jobs.values():
                kill_group(job.pid)
            if self.root is not None:
                self.root.stop(hurry=signals)
                self.root = None
            if self.unseen is not None:
                self.unseen.stop(list(self.jobs.values()))
            self.endings.abandon(list(self.jobs.values()))
            self.jobs.clear()
            self.disk.put_back_the_start()

    def pass_over(self) -> None:
        """Leave out a number: an earlier session has given it to something that need not be asked again."""
        next(self._numbers)

    def take_over(self, left: Left) -> None:
        """Go on where another session has ended: its executions are handed out again, and what executions that
        nobody ended have changed is put back."""
        for tag in (SUITE, SINGLE_SUITE):
            if self._collected(tag) is not None and not self.launch.folder.segment(EARLIER_SUITE).exists():
                self.launch.folder.segment(tag).rename(self.launch.folder.segment(EARLIER_SUITE))
        self.forget_suite()
        self.replay = left.replay
        self.disk.changed |= left.changed
        self.disk.remember(left.touched)
        self.disk.put_back()
        self.disk.forget_copies()
        self._nodes = itertools.count(1 + self.launch.folder.highest("node"))

    def _mode(self, order: Order) -> str:
        if order.fresh:
            return "control"
        return "fork" if self.fork else "single"

    def _work(self, waiting: list[Job], lanes: int, until: str = "") -> Iterator[Execution]:
        try:
            while waiting or any(not tag.startswith(CONTROL) or tag == until for tag in self.jobs):
                self._start(waiting, lanes)
                self._listen(_TICK)
                self._watch()
                for job in [job for job in self.jobs.values() if job.over]:
                    if job.lost:
                        waiting.insert(0, self._elsewhere(job))
                        continue
                    execution = self._done(job)
                    waiting[:0], self._once_more = self._once_more, []
                    if execution is None:
                        continue
                    if job.tag.startswith(CONTROL):
                        self._controls[job.tag] = execution
                    else:
                        yield execution
        finally:
            self._close_unused(())

    def _start(self, waiting: list[Job], lanes: int) -> None:
        if self.root is not None and self.root.process.is_exposed:
            if any(job.node for job in self.jobs.values()):
                return  # the tree is given up when what it runs is over
            self._root_is_gone()
        for job in list(waiting):
            if len(self.jobs) >= lanes or self._occupied():
                break
            if job.order.exclusive and self.jobs:
                continue
            spawned = job.mode != "fork" or self.root is None
            if (not spawned and not self._node_for(job, lanes)) or (job.order.exclusive and self._importing()):
                continue
            waiting.remove(job)
            self._spawn(job) if spawned else self._fork(job)
        self._close_unused(waiting)

    def _occupied(self) -> bool:
        """Whether what runs, or what it has left in files until it is put back, must not be met."""
        return self._are_files_touched() or any(job.order.exclusive for job in self.jobs.values())

    def _are_files_touched(self) -> bool:
        return bool(self.disk.writers) or any(job.touches for job in self.jobs.values())

    def _importing(self) -> bool:
        return self.root is not None and any(node.state == "opening" for node in self.root.nodes.values())

    def _node_for(self, job: Job, lanes: int) -> bool:
        """Whether the node that `job` needs is ready; opens it when there is room for one more."""
        assert self.root is not None
        node = next((each for each in self.root.nodes.values() if each.files == job.order.collect), None)
        if node is None:
            if len(self.root.nodes) <= lanes + 1:
                node = self._open(f"node{next(self._nodes):05d}", job.order.collect)
            return False
        if node.state == "gone":
            job.mode = job.mode if self.root.forgets_killed(node) else "single"
            return False
        if node.state == "ready" and node.tag in self._tainted:
            self.root.close_node(node.tag)
            return False
        job.node = node.tag
        return node.state == "ready"

    def _open(self, tag: str, files: tuple[str, ...]) -> Node:
        assert self.root is not None
        self.launch.folder.begin(tag)
        self.forks += 1
        return self.root.open_node(tag, files)

    def _close_unused(self, waiting: Iterable[Job]) -> None:
        if self.root is None:
            return
        needed = {job.order.collect for job in waiting if job.mode == "fork"}
        busy = {job.node for job in self.jobs.values()}
        for node in list(self.root.nodes.values()):
            if node.files and node.files not in needed and node.tag not in busy and node.state != "opening":
                self.root.close_node(node.tag)

    def _fork(self, job: Job) -> None:
        assert self.root is not None
        self.launch.folder.begin(job.tag, job.order)
        self._begin(job)
        self.forks += 1
        self.root.run(job.node, job.tag)

    def _spawn(self, job: Job) -> None:
        self.launch.folder.begin(job.tag, job.order)
        with uninterrupted():
            job.start(self.launch)
            self.processes += 1
            self._begin(job)

    def _begin(self, job: Job) -> None:
        if self.unseen is not None and not self.jobs:
            self.unseen.settle()
        job.began = job.alive = time.monotonic()
        self.jobs[job.tag] = job
        self.listen(job)

    def _listen(self, seconds: float) -> None:
        """Wait for a reply of the tree or the end of a process, at most `seconds`."""
        descriptors = [self.root.replies] if self.root is not None else []
        own = [job for job in self.jobs.values() if job.spawned is not None or job.adopted is not None]
        ready, _, _ = select.select(descriptors, [], [], min(seconds, 0.01) if own else seconds)
        if ready and self.root is not None:
            for message in self.root.messages():
                self._heard(message)
        elif self.root is not None and self.root.process.poll() is not None:
            self._root_is_gone()  # somebody else holds its pipe open
        for job in own:
            job.poll()

    def _heard(self, message: dict[str, object]) -> None:
        if "root" in message:
            self._root_is_gone()
        elif (job := self.jobs.get(str(message.get("run")))) is not None:
            job.pid = int(str(message["pid"]))
            if self.launch.guard is not None and message["state"] == "up":
                self.launch.guard.watch(job.pid)
            if message["state"] == "gone":
                job.status = status_of(int(str(message["status"])))
        elif message.get("state") == "ready" and self.root is not None:
            self.root.orphans.spare()
        elif message.get("state") == "gone":
            self._node_is_gone(str(message["node"]))

    def _node_is_gone(self, tag: str) -> None:
        jobs = [job for job in self.jobs.values() if job.node == tag and not job.over]
        if jobs and self.root is not None:
            self.incidents.append(_KILLED.format("tests are forked from", "another took its place"))
            for job in jobs:
                job.orphaned(self.root.process)

    def _root_is_gone(self) -> None:
        assert self.root is not None
        self.root.bury()
        self.root, self.fork = None, False
        self.incidents.append(_KILLED.format("everything was forked from", "each order runs in a new process"))
        for job in self.jobs.values():
            if job.node and not job.over:
                job.lose()

    def _elsewhere(self, job: Job) -> Job:
        """The same order in a process of its own, whose parent serves nobody else."""
        del self.jobs[job.tag]
        if job.spawned is not None:
            self.incidents.append(_KILLED.format("leakcheck had started", "what it ran was run once more"))
            job.spawned.end()
        self.endings.put_aside(job)
        return job.elsewhere()

    def _watch(self) -> None:
        """End what shows no sign of life, and remember who imports while files are not as they were."""
        now = time.monotonic()
        for job in self.jobs.values():
            job.look(self.launch.folder, now)
            watching.end_what_is_due(job, self.root, self.limits, now)
        watching.end_endless_collections(self.root, self.limits, now)
        if self.root is not None and self._are_files_touched():
            opening = (node.tag for node in self.root.nodes.values() if node.state == "opening")
            self._tainted.update(tag for tag in opening if tag != SUITE)

    def _done(self, job: Job) -> Execution | None:
        """The execution of a job that ended; None if it is no evidence, and runs again: another has changed files
        meanwhile, or there was no room to record it."""
        kill_group(job.pid)
        if job.spawned is not None:
            job.spawned.end()
        for each in self.jobs.values():
            each.look(self.launch.folder, time.monotonic())
        del self.jobs[job.tag]
        if job.spawned is None and self.root is not None:
            self.root.orphans.after({each.pid for each in self.jobs.values()})
        doubted = self.unseen is not None and self.unseen.ended(job, self.jobs.values(), self.disk.remaining())
        disturbed = self._are_files_touched() or doubted
        if job.touches:
            self.disk.writers.add(job.tag)
        items = self.launch.folder.read(job.tag)
        if gave_up(self.launch.folder, job.tag):
            return self._unrecorded(job, items)
        if not disturbed:
            return self.endings.close(job, items)
        self.endings.put_aside(job)
        self._once_more.append(job.again())
        return None

    def _unrecorded(self, job: Job, items: tuple[events.Event, ...]) -> Execution | None:
        """What could not be recorded is executed once more: a test may have needed all the room that there is."""
        if not has_room(self.launch.folder, job.tag):
            raise cannot_record(self.launch.folder)
        if job.tried:
            self.keep("audit", events.Note("recorder", f"{job.tag}: there was no room to record it"))
            return self.endings.close(job, items)
        execution = self.endings.close(job, items, lost=True)
        if job.tag.startswith(CONTROL):
            return execution
        tag = self.replay.free(f"{job.tag[:-5]}{next(self._numbers):05d}")
        self._once_more.append(Job(tag, job.order, job.mode, tried=True))
        return None
