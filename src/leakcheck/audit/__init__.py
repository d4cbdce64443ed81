"""The use case: audit a suite."""

from leakcheck.audit.run import Audited, run_audit

__all__ = ["Audited", "run_audit"]
