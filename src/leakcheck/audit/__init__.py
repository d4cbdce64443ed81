"""The use case: audit a suite."""

from leakcheck.audit.choosing import Stored, choose, who_knows
from leakcheck.audit.known import lines_of, read_baseline, titles_of
from leakcheck.audit.outcome import partial, result_of, selection
from leakcheck.audit.progress import Progress
from leakcheck.audit.resuming import Earlier, unfinished
from leakcheck.audit.run import run_audit

__all__ = [
    "Earlier",
    "Progress",
    "Stored",
    "choose",
    "lines_of",
    "partial",
    "read_baseline",
    "result_of",
    "run_audit",
    "selection",
    "titles_of",
    "unfinished",
    "who_knows",
]
