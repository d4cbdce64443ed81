"""Audits on disk: folders of append-only segments, and the fold of their events into an `Audit`."""

from leakcheck.store.fold import CONTROL, LOST, Audit, fold_execution, read_audit
from leakcheck.store.folder import AuditFolder, audits, latest
from leakcheck.store.kept import kept_by, touched_by
from leakcheck.store.replay import Left, Replay, left_in
from leakcheck.store.tags import number_of, numbered, prefix_of

__all__ = [
    "CONTROL",
    "LOST",
    "Audit",
    "AuditFolder",
    "Left",
    "Replay",
    "audits",
    "fold_execution",
    "kept_by",
    "latest",
    "left_in",
    "number_of",
    "numbered",
    "prefix_of",
    "read_audit",
    "touched_by",
]
