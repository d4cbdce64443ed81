"""Ends what goes on for too long."""

from __future__ import annotations

from leakcheck.engine.backend import Backend
from leakcheck.engine.job import ENDING, Job, Limits
from leakcheck.errors import EngineFailed


def end_what_is_due(job: Job, backend: Backend, limits: Limits, now: float) -> None:
    """End an execution that shows no sign of life, and what is above it if nobody tells that it ended."""
    if job.due(limits, now):
        job.killed = now
        backend.cancel(job)
    elif job.killed and not job.over and now - job.killed > ENDING:
        job.killed = now
        backend.cancel(job, harder=True)


def too_short_for_collection() -> EngineFailed:
    return EngineFailed(
        "the time of the budget was over before the suite was collected", hint="Give it more time with --budget."
    )


def endless_collection(limits: Limits) -> EngineFailed:
    return EngineFailed(
        f"the collection has not ended after {limits.execution:g} s",
        hint="Look at what conftest.py and the test files do when they are imported, or give them more time with "
        "--execution-timeout.",
    )
