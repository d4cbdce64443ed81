"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.disk import Disk, told_of_the_start
from leakcheck.engine.engine import Engine
from leakcheck.engine.guarding import Guard
from leakcheck.engine.interpreter import check_interpreter, interpreter_in
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.launch import Launch
from leakcheck.engine.processes import INTERRUPTS, Interrupts, uninterrupted
from leakcheck.engine.recovery import recover, unproven

__all__ = [
    "INTERRUPTS",
    "Disk",
    "Engine",
    "Guard",
    "Interrupts",
    "Job",
    "Launch",
    "Limits",
    "check_interpreter",
    "interpreter_in",
    "recover",
    "told_of_the_start",
    "uninterrupted",
    "unproven",
]
