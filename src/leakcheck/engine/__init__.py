"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.engine import Engine
from leakcheck.engine.interpreter import check_interpreter, interpreter_in
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.processes import INTERRUPTS, Interrupts, uninterrupted
from leakcheck.engine.spawn.guard_client import Guard
from leakcheck.engine.spawn.launch import Launch
from leakcheck.workspace.recovery import recover, unproven
from leakcheck.workspace.touched_files import Disk, told_of_the_start
from leakcheck.workspace.unseen import Unseen

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
