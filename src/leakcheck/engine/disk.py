"""What executions have changed in files, until it is put back."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field

from leakcheck import events
from leakcheck.engine.undo import put_back
from leakcheck.errors import Unreadable
from leakcheck.store import AuditFolder

_BEFORE = "before-"


@dataclass
class Disk:
    """`changed` are all files that ever changed, `unrestored` what could not be undone, `writers` the ended
    executions whose changes are still there."""

    folder: AuditFolder
    changed: set[str] = field(default_factory=set)
    unrestored: list[str] = field(default_factory=list)
    writers: set[str] = field(default_factory=set)
    _touched: list[events.Outside] = field(default_factory=list)
    _settled: dict[str, set[str]] = field(default_factory=dict)

    def remember(self, items: Iterable[events.Event]) -> None:
        """What the events of an execution tell about files, for the next `put_back`."""
        for event in items:
            if isinstance(event, events.Outside) and event.what == "settled":
                self._settled.setdefault(event.name, set()).add(event.copy)
            elif isinstance(event, events.Outside):
                self._touched.append(event)

    def put_back(self) -> tuple[str, ...]:
        """Undo what executions wrote to files; returns what had changed."""
        if not self._touched:
            return ()
        changed, failed = put_back(self._touched)
        self.changed |= changed
        self.unrestored += failed
        self._touched.clear()
        self.writers.clear()
        shutil.rmtree(self.folder.undo, ignore_errors=True)
        return tuple(sorted(changed))

    def put_back_the_start(self) -> None:
        """Undo what plugins, conftests and imports changed before the first test of any process, unless somebody
        else has changed it since."""
        tags = [tag for tag in self.folder.tags() if tag.startswith(_BEFORE)]
        put_back(each for tag in tags for each in self._told(tag))
        for tag in tags:
            self.folder.segment(tag).unlink()
            shutil.rmtree(self.folder.path / tag, ignore_errors=True)

    def _told(self, tag: str) -> list[events.Outside]:
        try:
            found = [each for each in self.folder.read(tag) if isinstance(each, events.Outside)]
        except Unreadable:  # its process was ended before it told anything
            return []
        return [each for each in found if each.name not in self._settled or self._is_ours(each.name)]

    def _is_ours(self, name: str) -> bool:
        return events.signature(name) in self._settled[name]
