"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.disk import Disk
from leakcheck.engine.engine import Engine
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.processes import INTERRUPTS, uninterrupted
from leakcheck.engine.spawn.guard_client import Guard
from leakcheck.engine.spawn.launch import Launch

__all__ = ["INTERRUPTS", "Disk", "Engine", "Guard", "Job", "Launch", "Limits", "uninterrupted"]
