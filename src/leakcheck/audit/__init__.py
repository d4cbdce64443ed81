"""The use case: audit a suite."""

from leakcheck.audit.outcome import result_of
from leakcheck.audit.progress import Progress
from leakcheck.audit.run import run_audit

__all__ = ["Progress", "result_of", "run_audit"]
