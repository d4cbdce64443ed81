"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.engine import Engine
from leakcheck.engine.guarding import Guard
from leakcheck.engine.jobs import Job, Limits
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import INTERRUPTS, uninterrupted
from leakcheck.engine.undo import Undo

__all__ = ["INTERRUPTS", "Engine", "Guard", "Job", "Launch", "Limits", "Undo", "uninterrupted"]
