"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.disk import Disk, told_of_the_start
from leakcheck.engine.engine import Engine
from leakcheck.engine.guarding import Guard
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import INTERRUPTS, uninterrupted, Interrupts
from leakcheck.engine.recovery import recover, unproven

__all__ = ["Disk", "Engine", "Guard", "INTERRUPTS", "Interrupts", "Job", "Launch", "Limits", "recover", "told_of_the_start", "uninterrupted", "unproven"]
