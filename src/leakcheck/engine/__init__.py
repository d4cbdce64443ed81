"""Runs orders in processes of the audited project's interpreter and gives back executions."""

from leakcheck.engine.engine import Engine
from leakcheck.engine.job import Job, Limits
from leakcheck.engine.launch import Launch

__all__ = ["Engine", "Job", "Launch", "Limits"]
