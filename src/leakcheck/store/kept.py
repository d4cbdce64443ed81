"""What executions have touched outside their processes, and where the copies of it are by now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from leakcheck.store.fold import read_content
from leakcheck.store.folder import AuditFolder
from leakcheck.wire import events


def kept_by(folder: AuditFolder) -> tuple[events.Outside, ...]:
    """What executions have touched, of which copies are kept: it may not be put back yet."""
    return tuple(event for tag in folder.kept() for event in touched_by(folder, tag))


def touched_by(folder: AuditFolder, tag: str) -> tuple[events.Outside, ...]:
    """What the execution `tag`, and what its tests have forked, tell about state outside the process."""
    # Whoever put it aside may have been killed between the segment and the copies.
    segment = tag if folder.segment(tag).exists() else folder.last_aside(tag)
    told = (*read_content(folder, segment).events, *folder.forked(tag))
    return tuple(_located(each, folder.undo / tag) for each in told if isinstance(each, events.Outside))


def _located(event: events.Outside, copies: Path) -> events.Outside:
    """The folder of the copies may have got another name since."""
    return replace(event, copy=str(copies / Path(event.copy).name)) if event.has_copy else event
