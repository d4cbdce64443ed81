"""Plain pytest in a fork of a process that has imported installed packages: a new process, without its start.

Most of what a new pytest process takes goes into importing pytest, its plugins and other people's packages. Nothing
of the project is imported before the fork, no conftest, and no plugin is configured.
"""

from __future__ import annotations

from collections.abc import Collection

from leakcheck.engine.backend import Capabilities
from leakcheck.engine.fork.backend import ForkBackend
from leakcheck.engine.fork.tree_client import Node, Root
from leakcheck.engine.job import Job
from leakcheck.engine.processes import uninterrupted
from leakcheck.records import WARM

NODE = "warm-node"


class WarmBackend(ForkBackend):
    """Has a tree of forks of its own, of one node, which starts when it is needed first. Where packages start
    threads when they are imported, it ends, and new processes run what it should have run.
    """

    name = WARM
    can = Capabilities(forks=True, collects=False)
    suite = NODE

    @property
    def collecting(self) -> bool:
        return False

    def open(self) -> None:
        """The process starts with its first job."""

    def takes(self, job: Job) -> bool:
        return job.mode == self.name and not self._is_gone

    def ready_for(self, job: Job, lanes: int) -> bool:
        if self._root is None:
            with uninterrupted():
                self._root = Root.start(self._launch, "warm")
            self._root.open_node(NODE, ())
        node = self._root.nodes[NODE]
        if node.state == "gone":
            self._root_is_gone(self._root)
        return node.state == "ready"

    @staticmethod
    def _node_for(root: Root, job: Job) -> Node | None:
        return root.nodes[NODE]

    def _root_is_gone(self, root: Root) -> None:
        """Nobody has to know: a new process does as well."""
        self._give_up(root)

    def watch(self, now: float, limit: float, *, files_touched: bool) -> None:
        """Nothing of the project is imported, whatever happens to its files."""

    def foresee(self, waiting: Collection[Job]) -> None:
        """There may be more to come."""
