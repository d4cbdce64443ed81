"""Runs orders in lanes: forks of nodes where that is safe, processes of their own where it is not."""

from __future__ import annotations

import itertools
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from leakcheck import events
from leakcheck.engine.jobs import Job, Limits, cannot_record, gave_up, has_room, status_of_job
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import kill_group, status_of, uninterrupted
from leakcheck.engine.root import Node, Root
from leakcheck.engine.undo import Undo
from leakcheck.errors import CannotRecord, EngineFailed, Unreadable
from leakcheck.records import Execution, Order, Status, Suite
from leakcheck.store import CONTROL, LOST, Left, Replay, fold_execution

_TICK = 0.05
SUITE, SINGLE_SUITE, EARLIER_SUITE = "suite", "suite-collect", "suite-before"


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
    replay: Replay = field(default_factory=Replay)
    _controls: dict[str, Execution] = field(default_factory=dict)
    _undo: Undo = field(init=False)
    _collecting: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _nodes: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self._undo = Undo(self.launch.folder.undo)

    @property
    def changed(self) -> set[str]:
        """Files that executions have changed, and that were put back."""
        return self._undo.changed

    # The suite -------------------------------------------------------------------------------------------------

    def open_suite(self) -> None:
        """Start to collect the whole suite, without waiting for it."""
        if self.fork and self.root is None:
            with uninterrupted():
                self.root = Root.start(self.launch)
            self.processes += 1
            self._open(SUITE, ())

    def suite(self) -> tuple[Suite, tuple[str, ...], tuple[str, ...]] | None:
        """(suite, collection errors, threads alive) once the suite node has collected; None if it never will."""
        if self.root is not None:
            while self.root is not None and self.root.nodes[SUITE].state == "opening":
                self._listen(_TICK)
        return self._collected(SUITE)

    def suite_by_process(self) -> tuple[Suite, tuple[str, ...], tuple[str, ...]] | None:
        """The same by a process that collects and runs nothing, for engines that do not fork."""
        tag = SINGLE_SUITE
        self.launch.folder.segment(tag).unlink(missing_ok=True)  # of the launcher that failed before
        self.launch.folder.begin(tag, Order("collect", "confirm", ("",)))
        self.processes += 1
        with uninterrupted():
            process = self.launch.start("single", tag)
            self._collecting.append(process)
        process.wait(self.limits.execution)
        return self._collected(tag)

    def stop_tree(self) -> None:
        """End the tree of forks; another may be opened."""
        if self.root is not None:
            self.root.stop(patience=0.5)
            self.root = None
        self.launch.folder.segment(SUITE).unlink(missing_ok=True)

    def _collected(self, tag: str) -> tuple[Suite, tuple[str, ...], tuple[str, ...]] | None:
        if not self.launch.folder.segment(tag).exists():
            return None
        if gave_up(self.launch.folder, tag):
            raise cannot_record(self.launch.folder)
        found = [event for event in self.launch.folder.read(tag) if isinstance(event, events.Collected)]
        return (found[0].suite, found[0].errors, found[0].threads) if found else None

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
                waiting.append(Job(self.replay.free(tag), order, self._mode(order)))
        yield from self._work(waiting, lanes or self.lanes)

    def control(self, order: Order, args: tuple[str, ...] | None = None) -> Job:
        """Begin an execution by plain pytest, without recorder; `finish` gives its execution."""
        tag = f"{CONTROL}{next(self._numbers):05d}"
        known = self.replay.take(tag, order)
        job = Job(known.id if known is not None else self.replay.free(tag), order, "control")
        if known is not None:
            self._controls[job.tag] = known
        else:
            self._spawn(job, args)
        return job

    def finish(self, job: Job) -> Execution:
        """Wait for a control execution."""
        while job.tag not in self._controls:
            for _ in self._work([], 1, until=job.tag):
                pass
        return self._controls.pop(job.tag)

    def stop(self) -> None:
        """End every process of this engine, and put back what those that were at work have changed. A second signal
        cuts short the time that the tree of forks has to end."""
        with uninterrupted() as signals:
            for process in self._collecting:
                kill_group(process.pid)
            for job in self.jobs.values():
                kill_group(job.pid)
            if self.root is not None:
                self.root.stop(hurry=signals)
                self.root = None
            self._abandon(list(self.jobs.values()))

    def pass_over(self) -> None:
        """Leave out a number: an earlier session has given it to something that need not be asked again."""
        next(self._numbers)

    def _abandon(self, jobs: list[Job]) -> None:
        """What they wrote are no executions, and says so, if there is room to say it."""
        self.jobs.clear()
        for job in jobs:
            if job.process is not None:
                job.process.wait()
            with suppress(Unreadable):
                self._undo.note(self.launch.folder.read(job.tag))
        changed = self._undo.put_back()
        now = time.monotonic()
        with suppress(CannotRecord):
            for job in jobs:
                ending = events.Exit(LOST, None, round(now - job.began, 4), job.mode, changed)
                self.launch.folder.close(job.tag, ending)
            for text in self._undo.troubles():
                self.keep("audit", events.Note("files", text))
            self._undo.forget_copies()

    def take_over(self, left: Left) -> None:
        """Go on where another session has ended: its executions are handed out again, and what executions that
        nobody ended have changed is put back."""
        for tag in (SUITE, SINGLE_SUITE):
            if self._collected(tag) is not None and not self.launch.folder.segment(EARLIER_SUITE).exists():
                self.launch.folder.segment(tag).rename(self.launch.folder.segment(EARLIER_SUITE))
        self.forget_suite()
        self.replay = left.replay
        self._undo.changed |= left.changed
        self._undo.note(left.touched)
        self._undo.put_back()
        self._undo.forget_copies()
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
                for job in [job for job in self.jobs.values() if job.status is not None]:
                    execution = self._done(job)
                    if execution is None:
                        self._again(job, waiting)
                    elif job.tag.startswith(CONTROL):
                        self._controls[job.tag] = execution
                    else:
                        yield execution
        finally:
            self._close_unused(())

    def _again(self, job: Job, waiting: list[Job]) -> None:
        """Execute once more what could not be recorded: a test may have needed all the room that there is."""
        tag = self.replay.free(f"{job.tag[:-5]}{next(self._numbers):05d}")
        again = Job(tag, job.order, job.mode, tried=True)
        waiting.append(again)

    def _start(self, waiting: list[Job], lanes: int) -> None:
        for job in list(waiting):
            if len(self.jobs) >= lanes or any(running.order.exclusive for running in self.jobs.values()):
                break
            if job.order.exclusive and self.jobs:
                continue
            if job.mode != "fork" or self.root is None:
                waiting.remove(job)
                self._spawn(job, job.order.arguments if job.order.fresh else None)
            elif self._node_for(job, lanes):
                waiting.remove(job)
                self._fork(job)
        self._close_unused(waiting)

    # Nodes -----------------------------------------------------------------------------------------------------

    def _node_for(self, job: Job, lanes: int) -> bool:
        """Whether the node that `job` needs is ready; opens it when there is room for one more."""
        assert self.root is not None
        node = next((each for each in self.root.nodes.values() if each.files == job.order.collect), None)
        if node is None:
            if len(self.root.nodes) <= lanes + 1:
                node = self._open(f"node{next(self._nodes):05d}", job.order.collect)
            return False
        if node.state == "gone":
            job.mode = "single"
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
            if node.tag != SUITE and node.files not in needed and node.tag not in busy and node.state != "opening":
                self.root.close_node(node.tag)

    # Jobs ------------------------------------------------------------------------------------------------------

    def _fork(self, job: Job) -> None:
        assert self.root is not None
        self.launch.folder.begin(job.tag, job.order)
        self._begin(job)
        self.forks += 1
        self.root.run(job.node, job.tag)

    def _spawn(self, job: Job, args: tuple[str, ...] | None) -> None:
        self.launch.folder.begin(job.tag, job.order)
        with uninterrupted():
            job.process = self.launch.start("control" if job.mode == "control" else "single", job.tag, args=args)
            job.pid = job.process.pid
            self.processes += 1
            self._begin(job)

    def _begin(self, job: Job) -> None:
        job.began = job.alive = time.monotonic()
        self.jobs[job.tag] = job
        self.listen(job)

    def _listen(self, seconds: float) -> None:
        """Wait for a reply of the tree or the end of a process, at most `seconds`."""
        descriptors = [self.root.replies] if self.root is not None else []
        spawned = [job for job in self.jobs.values() if job.process is not None]
        ready, _, _ = select.select(descriptors, [], [], min(seconds, 0.01) if spawned else seconds)
        if ready and self.root is not None:
            for message in self.root.messages():
                self._heard(message)
        for job in spawned:
            assert job.process is not None
            job.status = job.process.poll()

    def _heard(self, message: dict[str, object]) -> None:
        if "root" in message:
            self._root_is_gone()
        elif (job := self.jobs.get(str(message.get("run")))) is not None:
            job.pid = int(str(message["pid"]))
            if self.launch.guard is not None and message["state"] == "up":
                self.launch.guard.watch(job.pid)
            if message["state"] == "gone":
                job.status = status_of(int(str(message["status"])))
        elif message.get("state") == "gone":
            self._node_is_gone(str(message["node"]))

    def _node_is_gone(self, tag: str) -> None:
        for job in self.jobs.values():
            if job.node == tag and job.status is None:
                kill_group(job.pid)
                job.status = -9

    def _root_is_gone(self) -> None:
        assert self.root is not None
        os.close(self.root.commands)
        os.close(self.root.replies)
        nodes, self.root = self.root.nodes, None
        for node in nodes.values():
            kill_group(node.pid)
            self._node_is_gone(node.tag)
        self.fork = False

    def _watch(self) -> None:
        """End what shows no sign of life: a segment grows at the beginning and at the end of every test."""
        now = time.monotonic()
        for job in self.jobs.values():
            size = self.launch.folder.status(job.tag).st_size
            if size != job.size:
                job.size, job.alive = size, now
            job.running = job.running or self._has_started(job)
            late = now - job.began > self.limits.execution
            late = late or (job.running and now - job.alive > self.limits.test)
            if late and job.status is None and job.pid and not job.timed_out:
                job.timed_out = True
                kill_group(job.pid)

    def _has_started(self, job: Job) -> bool:
        """Whether its first test began: a start and a collection are not measured as a test."""
        return b'"event":"started"' in self.launch.folder.data(job.tag)

    def _done(self, job: Job) -> Execution | None:
        """The execution of a job that ended; None if it could not be recorded, and is worth another try."""
        del self.jobs[job.tag]
        kill_group(job.pid)
        items = self.launch.folder.read(job.tag)
        if not gave_up(self.launch.folder, job.tag):
            return self._close(job, status_of_job(job, items), job.status, items)
        if not has_room(self.launch.folder, job.tag):
            raise cannot_record(self.launch.folder)
        if job.tag.startswith(CONTROL):
            return self._close(job, LOST, job.status, items)
        if job.tried:
            self.keep("audit", events.Note("recorder", f"{job.tag}: there was no room to record it"))
            return self._close(job, status_of_job(job, items), job.status, items)
        self._close(job, LOST, job.status, items)
        return None

    def _close(self, job: Job, status: Status, code: int | None, items: tuple[events.Event, ...]) -> Execution:
        """Put back what an execution has changed, unless others run that may have changed the same, and record its
        end."""
        seconds = round(time.monotonic() - job.began, 4)
        self._undo.note(items)
        changed = () if self.jobs else self._undo.put_back()
        ending = events.Exit(status, code, seconds, job.mode, changed)
        self.launch.folder.close(job.tag, ending)
        if not self.jobs:
            self._undo.forget_copies()
        if self.launch.guard is not None:
            self.launch.guard.forget(job.pid)
        return fold_execution(job.tag, (*items, ending))

    def require_log(self, tag: str) -> str:
        """What a process printed; for errors that only it can explain."""
        try:
            return self.launch.log(tag).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise EngineFailed(f"no log of {tag}: {error.strerror}") from error
