"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.engine import Engine, Follow
from leakcheck.engine.interpreter import check_interpreter, interpreter_in
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.meter import Cpu, Since, Tally
from leakcheck.engine.processes import INTERRUPTS, Interrupts, uninterrupted
from leakcheck.engine.spawn.guard_client import Guard
from leakcheck.engine.spawn.launch import Launch

__all__ = [
    "INTERRUPTS",
    "Cpu",
    "Engine",
    "Follow",
    "Guard",
    "Interrupts",
    "Job",
    "Launch",
    "Limits",
    "Since",
    "Tally",
    "check_interpreter",
    "interpreter_in",
    "uninterrupted",
]
