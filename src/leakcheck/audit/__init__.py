"""The use case: audit a suite."""

from leakcheck.audit.baseline_file import lines_of, read_baseline, titles_of
from leakcheck.audit.choosing import Stored, choose, who_knows
from leakcheck.audit.resume import Earlier, unfinished
from leakcheck.audit.run_audit import run_audit
from leakcheck.audit.stored_result import partial, result_of, selection
from leakcheck.progress import Progress

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
