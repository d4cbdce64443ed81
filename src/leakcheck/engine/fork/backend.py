"""Each order in a fork of a process that has collected: of the whole suite, or of one test file."""

from __future__ import annotations

import itertools
import select
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from leakcheck.engine.backend import PATIENCE, Backend, Capabilities
from leakcheck.engine.fork.lost_databases import lost_databases
from leakcheck.engine.fork.tree_client import Node, Root
from leakcheck.engine.job import Job
from leakcheck.engine.meter import Tally
from leakcheck.engine.processes import kill_group, status_of, uninterrupted
from leakcheck.engine.spawn.backend import KILLED, SpawnBackend
from leakcheck.engine.spawn.launch import Launch
from leakcheck.records import Order
from leakcheck.wire.messages import Gone, Ready, Reply, Up

SUITE = "suite"


@dataclass
class _Fork:
    """`pid` leads the group of the process that runs the tests; 0 until it is known. `adopted`: the node that had
    forked it is gone, and its end is told by whom orphans come to."""

    job: Job
    node: str
    pid: int = 0
    adopted: bool = False


class ForkBackend(Backend):
    """Has the tree of forks that `launch` starts, and tells `incidents` what others have done to it.

    In `tally` it counts the nodes. A tree that was killed is not opened again: what is still to be run, the next
    backend runs.
    """

    name = "fork"
    can = Capabilities(forks=True)
    suite = SUITE

    def __init__(self, launch: Launch, incidents: list[str], tally: Tally | None = None) -> None:
        self._launch = launch
        self._tally = tally or Tally()
        self._incidents = incidents
        self._root: Root | None = None
        self._forks: dict[str, _Fork] = {}
        self._tainted: set[str] = set()
        self._is_gone = False

    @property
    def alive(self) -> bool:
        return not self._is_gone

    @property
    def collecting(self) -> bool:
        node = self._root.nodes.get(SUITE) if self._root is not None else None
        return node is not None and node.state == "opening"

    @property
    def importing(self) -> bool:
        return self._root is not None and any(node.state == "opening" for node in self._root.nodes.values())

    @property
    def silent(self) -> bool:
        return any(each.adopted for each in self._forks.values())

    def lost_databases(self) -> tuple[str, ...]:
        if self._root is None:
            return ()
        processes = (self._root.process.pid, *(node.pid for node in self._root.nodes.values() if node.pid))
        return tuple(dict.fromkeys(path for process in processes for path in lost_databases(process)))

    def open(self) -> None:
        if self._root is None:
            with uninterrupted():
                self._root = Root.start(self._launch)
            self._numbers = itertools.count(1 + self._launch.folder.highest("node"))
            self._open(self._root, SUITE, ())

    def _open(self, root: Root, tag: str, files: tuple[str, ...], order: Order | None = None) -> Node:
        self._launch.folder.begin(tag, order)
        return root.open_node(tag, files, order)

    # Jobs ------------------------------------------------------------------------------------------------------

    def takes(self, job: Job) -> bool:
        return self._root is not None and job.mode == self.name

    def accepts(self) -> bool:
        """A tree whose root has lost its shields is given up when what it runs is over."""
        if self._root is None or not self._root.process.is_exposed:
            return True
        if self._forks:
            return False
        self._root_is_gone(self._root)
        return True

    def ready_for(self, job: Job, lanes: int) -> bool:
        """Whether the node that `job` needs is ready; opens it when there is room for one more."""
        assert self._root is not None
        node = self._node_for(self._root, job)
        if node is None:
            if len(self._root.nodes) <= lanes + 1:
                self._open(self._root, f"node{next(self._numbers):05d}", *_needs(job.order))
            return False
        if node.state == "gone" and not self._root.forgets_killed(node):
            job.mode = SpawnBackend.name
        elif node.state == "ready" and node.tag in self._tainted:
            self._root.close_node(node.tag)
            return False
        return node.state == "ready"

    @staticmethod
    def _node_for(root: Root, job: Job) -> Node | None:
        return next((each for each in root.nodes.values() if (each.files, each.order) == _needs(job.order)), None)

    def submit(self, job: Job) -> None:
        assert self._root is not None
        node = self._node_for(self._root, job)
        assert node is not None
        self._forks[job.tag] = _Fork(job, node.tag)
        self._root.run(node.tag, job.tag)

    def look(self, job: Job, now: float) -> None:
        job.look(self._launch.folder, now)

    def cancel(self, job: Job, *, harder: bool = False) -> None:
        fork = self._forks.get(job.tag)
        if fork is not None and not harder:
            kill_group(fork.pid)
        elif fork is not None and self._root is not None:
            self._root.kill_above(fork.node)

    def finish(self, job: Job) -> None:
        kill_group(self._forks[job.tag].pid)
        fork = self._forks.pop(job.tag)
        if self._root is not None and not job.lost:
            self._root.orphans.after({each.pid for each in self._forks.values()})
        if self._launch.guard is not None:
            self._launch.guard.forget(fork.pid)

    # What goes on ----------------------------------------------------------------------------------------------

    def listen(self, seconds: float) -> None:
        root = self._root
        ready, _, _ = select.select([root.replies] if root is not None else [], [], [], seconds)
        if ready and root is not None:
            for reply in root.messages():
                self._heard(root, reply)
        elif root is not None and root.process.poll() is not None:
            self._root_is_gone(root)  # somebody else holds its pipe open
        for fork in self._forks.values():
            self._ask(fork)

    def _heard(self, root: Root, reply: Reply | None) -> None:
        match reply:
            case None:
                self._root_is_gone(root)
            case Up("run", tag, pid) if tag in self._forks:
                self._forks[tag].pid = pid
                if self._launch.guard is not None:
                    self._launch.guard.watch(pid)
            case Gone("run", tag, pid, status, cpu) if tag in self._forks:
                self._forks[tag].pid = pid
                self._forks[tag].job.status, self._forks[tag].job.cpu = status_of(status), cpu
            case Ready(cpu=cpu):
                self._tally.ready(cpu)
                root.orphans.spare()
            case Gone("node", tag):
                self._node_is_gone(root, tag)

    def _ask(self, fork: _Fork) -> None:
        """About an orphan; others are told of."""
        if fork.adopted and self._root is not None:
            over = self._root.process.poll() is not None
            fork.job.status = self._root.process.ended.get(fork.pid)
            fork.job.cpu = self._root.process.spent.get(fork.pid)
            if over and fork.job.status is None:
                self._lose(fork)

    def _node_is_gone(self, root: Root, tag: str) -> None:
        forks = [each for each in self._forks.values() if each.node == tag and not each.job.over]
        if forks:
            self._incidents.append(KILLED.format("tests are forked from", "another took its place"))
        for fork in forks:
            fork.adopted = bool(fork.pid and root.process.shields)
            if not fork.adopted:
                self._lose(fork)

    def _root_is_gone(self, root: Root) -> None:
        self._incidents.append(KILLED.format("everything was forked from", "each order runs in a new process"))
        self._give_up(root)

    def _give_up(self, root: Root) -> None:
        """Nothing is forked any more: what had no result yet is run by another backend."""
        root.bury()
        self._root, self._is_gone = None, True
        for fork in self._forks.values():
            if not fork.job.over:
                self._lose(fork)

    @staticmethod
    def _lose(fork: _Fork) -> None:
        kill_group(fork.pid)
        fork.job.lost = True

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        for node in self._root.nodes.values() if self._root is not None else ():
            if node.state == "opening":
                if now - node.began > limit:
                    kill_group(node.pid)
                if files_touched and node.tag != SUITE:
                    self._tainted.add(node.tag)

    def foresee(self, waiting: Collection[Job]) -> None:
        if self._root is None:
            return
        needed = [_needs(job.order) for job in waiting if job.mode == self.name]
        busy = {each.node for each in self._forks.values()}
        for node in list(self._root.nodes.values()):
            is_needed = (node.files, node.order) in needed
            if node.files and not is_needed and node.tag not in busy and node.state != "opening":
                self._root.close_node(node.tag)

    def close(self, patience: float = PATIENCE, hurry: Sequence[int] = ()) -> None:
        if self._root is not None:
            self._root.stop(patience, hurry)
            self._root = None
            self._forks.clear()


def _needs(order: Order) -> tuple[tuple[str, ...], Order | None]:
    """What a node has to have collected for `order`, and the order itself if it follows the imports."""
    same = replace(order, repeat=0, exclusive=False, watch=())
    return order.collect, same if order.follows_imports else None
