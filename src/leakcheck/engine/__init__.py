"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.disk import Disk, told_of_the_start
from leakcheck.engine.engine import Engine
from leakcheck.engine.interpreter import check_interpreter, interpreter_in
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.processes import INTERRUPTS, Interrupts, uninterrupted
from leakcheck.engine.recovery import recover, unproven
from leakcheck.engine.spawn.guard_client import Guard
from leakcheck.engine.spawn.launch import Launch
from leakcheck.engine.unseen import Unseen

__all__ = [
    "Disk",
    "Engine",
    "Guard",
    "INTERRUPTS",
    "Interrupts",
    "Job",
    "Launch",
    "Limits",
    "Unseen",
    "check_interpreter",
    "interpreter_in",
    "recover",
    "told_of_the_start",
    "uninterrupted",
    "unproven",
]
