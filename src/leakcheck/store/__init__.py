"""Audits on disk: folders of append-only segments, and the fold of their events into an `Audit`."""

from leakcheck.store.fold import DISOWNED, Audit, fold_execution, read_audit
from leakcheck.store.folder import AuditFolder, latest

__all__ = ["DISOWNED", "Audit", "AuditFolder", "fold_execution", "latest", "read_audit"]
