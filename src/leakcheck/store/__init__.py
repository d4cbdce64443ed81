"""Audits on disk: folders of append-only segments, and the fold of their events into an `Audit`."""

from leakcheck.store.fold import DISOWNED, Audit, fold_execution, read_audit
from leakcheck.store.folder import AuditFolder, audits, latest
from leakcheck.store.replay import LOST, Left, Replay, left_in

__all__ = [
    "DISOWNED",
    "LOST",
    "Audit",
    "AuditFolder",
    "Left",
    "Replay",
    "audits",
    "fold_execution",
    "latest",
    "left_in",
    "read_audit",
]
