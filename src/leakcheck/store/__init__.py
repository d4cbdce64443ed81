"""Audits on disk: folders of append-only segments, and the fold of their events into an `Audit`."""

from leakcheck.store.fold import CONTROL, LOST, Audit, alive_since, fold_execution, read_audit
from leakcheck.store.folder import MARK, AuditFolder, audits, latest
from leakcheck.store.kept import kept_by, touched_by
from leakcheck.store.kept_fixes import keep_fixes, kept_fixes
from leakcheck.store.replay import Leftover, Replay, left_in

__all__ = [
    "CONTROL",
    "LOST",
    "MARK",
    "Audit",
    "AuditFolder",
    "Leftover",
    "Replay",
    "alive_since",
    "audits",
    "fold_execution",
    "keep_fixes",
    "kept_by",
    "kept_fixes",
    "latest",
    "left_in",
    "read_audit",
    "touched_by",
]
