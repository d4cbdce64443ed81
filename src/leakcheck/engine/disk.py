"""What executions have changed in files, until it is put back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck import events
from leakcheck.engine.undo import put_back
from leakcheck.errors import Unreadable
from leakcheck.store import AuditFolder

_BEFORE = "before-"


@dataclass
class Disk:
    """`changed` are all files that ever changed, `writers` the ended executions whose changes are still there.

    Copies are kept for as long as they are needed.
    """

    folder: AuditFolder
    changed: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    _touched: list[events.Outside] = field(default_factory=list)
    _failed: Mapping[str, str] = field(default_factory=dict)
    _settled: dict[str, set[str]] = field(default_factory=dict)

    def remember(self, items: Iterable[events.Event]) -> None:
        """What the events of an execution tell about files, for the next `put_back`."""
        for event in items:
            if isinstance(event, events.Outside) and event.what == "settled":
                self._settled.setdefault(event.name, set()).add(event.copy)
            elif isinstance(event, events.Outside):
                self._touched.append(event)

    def put_back(self) -> tuple[str, ...]:
        """Undo what executions wrote to files, as far as that can be done now; returns what had changed."""
        self.writers.clear()
        if not self._touched:
            return ()
        changed, self._failed = put_back(self._touched)
        self._touched = [each for each in self._touched if each.name in self._failed]
        self.changed |= changed
        return tuple(sorted(changed))

    def forget_copies(self) -> None:
        """Remove the copies that are of no more use, once it is recorded that they are not."""
        needed = {Path(each.copy).parent for each in self._touched}
        gone = self.folder.undone
        shutil.rmtree(gone, ignore_errors=True)
        with contextlib.suppress(OSError):
            if needed:
                gone.mkdir()
                for each in {*map(self.folder.undo.joinpath, self.folder.kept())} - needed:
                    each.rename(gone / each.name)
            else:  # all at once: whoever is killed here shall not leave the later of two copies
                self.folder.undo.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def remaining(self) -> set[str]:
        """Files that tests changed and that are not put back."""
        return {each.name for each in self._touched if each.what == "file"}

    def troubles(self) -> Iterator[str]:
        """What could not be put back, in sentences."""
        for each in {each.name: each for each in self._touched if each.what == "file"}.values():
            why = self._failed.get(each.name, "the audit ended before")
            kept = f"; what it held is kept in {each.copy}" if each.has_copy else ""
            yield f"{each.name} was changed by tests and could not be put back ({why}){kept}"

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
