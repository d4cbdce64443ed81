"""Ends what goes on for too long, and what is above it if nobody tells that it ended."""

from __future__ import annotations

from leakcheck.engine.fork.tree_client import Root
from leakcheck.engine.job import ENDING, Job, Limits
from leakcheck.engine.processes import kill_group
from leakcheck.errors import EngineFailed


def end_what_is_due(job: Job, root: Root | None, limits: Limits, now: float) -> None:
    """End an execution that shows no sign of life."""
    if job.due(limits, now):
        job.kill(now)
    elif job.killed and not job.over and now - job.killed > ENDING:
        job.killed = now
        _kill_above(job, root)


def _kill_above(job: Job, root: Root | None) -> None:
    """It was killed, and those who should tell do not: they are stopped, or hang."""
    if job.spawned is not None:
        kill_group(job.spawned.process.pid)
    elif root is not None:
        node = root.nodes.get(job.node)
        kill_group(node.pid if node is not None and node.state != "gone" else root.process.pid)
        if node is not None:
            node.state = "gone"


def end_endless_collections(root: Root | None, limits: Limits, now: float) -> None:
    for node in root.nodes.values() if root is not None else ():
        if node.state == "opening" and now - node.began > limits.execution:
            kill_group(node.pid)


def endless_collection(limits: Limits) -> EngineFailed:
    return EngineFailed(
        f"the collection has not ended after {limits.execution:g} s",
        hint="Look at what conftest.py and the test files do when they are imported, or give them more time with "
        "--execution-timeout.",
    )
