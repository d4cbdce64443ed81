"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.disk import Disk
from leakcheck.engine.engine import Engine
from leakcheck.engine.guarding import Guard
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import INTERRUPTS, uninterrupted
from leakcheck.engine.unseen import Unseen

__all__ = ["INTERRUPTS", "Disk", "Engine", "Guard", "Job", "Launch", "Limits", "Unseen", "uninterrupted"]
