"""Files that the tests of an audit which was killed had changed, put back by whoever audits next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from leakcheck.errors import CannotRecord, LeakcheckError, UsageError
from leakcheck.store import AuditFolder, audits, kept_by
from leakcheck.wire.events import Outside
from leakcheck.workspace.recovery import unproven
from leakcheck.workspace.resource import AuditPlace, Resource
from leakcheck.workspace.resources import discover
from leakcheck.workspace.salts import kept_salt
from leakcheck.workspace.touched_files import told_of_the_start


def put_back_leftovers(base: Path) -> Iterator[str]:
    """Put back what ended audits below `base` have left changed; tells about it in sentences.

    Only for an audit that this user has made here: what is told of any other comes perhaps from a stranger, who may
    name any file. Then it is said what may be left, and nothing is done.
    """
    for audit in audits(base):
        for folder in (audit, audit.asking):
            if folder.has_copies():
                yield from _heed(folder, kept_salt(audit.path))


def _heed(folder: AuditFolder, salt: str | None) -> Iterator[str]:
    if salt is None or not folder.is_private():
        yield unproven(folder, _told_by(folder))
        return
    try:
        lock = folder.lock()
    except (UsageError, CannotRecord):
        return  # it is still running, or nobody can write there
    try:
        for each in discover(AuditPlace(folder, salt)).every:
            yield from _put_back(folder, each)
    finally:
        os.close(lock)


def _put_back(folder: AuditFolder, resource: Resource) -> Iterator[str]:
    done = resource.recover(kept_by(folder))
    if done.changed:
        yield f"put back, as the audit {folder.path.name} was killed before it could: {', '.join(done.changed)}"
    yield from done.troubles
    resource.forget()


def _told_by(folder: AuditFolder) -> tuple[Outside, ...]:
    """What is told of files, by whomever: to be named, and for nothing else."""
    with suppress(LeakcheckError, OSError):
        return (*kept_by(folder), *told_of_the_start(folder))
    return ()
