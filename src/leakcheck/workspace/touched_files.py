"""What executions have changed in files, until it is put back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.errors import Unreadable
from leakcheck.recorder.outside.proofs import is_proven, undo_key
from leakcheck.recorder.outside.spares import SPARES
from leakcheck.safe_paths import entry
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.workspace.undo import Copies, put_back

BEFORE = "before-"
MAX_SHOWN = 5
_UNPROVEN = "nothing proves that this audit tells it"


@dataclass
class TouchedFiles:
    """Copies are kept for as long as they are needed. By the `salt` of the audit it is known which changes a
    process of this audit has told: what anybody else tells is not acted on. In `scratch` lie second copies."""

    folder: AuditFolder
    salt: str
    scratch: AuditFolder | None = None
    _touched: list[events.Outside] = field(default_factory=list)
    _failed: Mapping[str, str] = field(default_factory=dict)
    _unproven: set[str] = field(default_factory=set)
    _held: set[str] = field(default_factory=set)
    _settled: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._key = undo_key(self.salt)
        self.copies = Copies.of(self.folder.path, self._spares.path if self._spares else None)

    @property
    def _spares(self) -> AuditFolder | None:
        return AuditFolder(self.scratch.path / SPARES) if self.scratch is not None else None

    def remember(self, items: Iterable[events.Event]) -> None:
        """What the events of an execution tell about files, for the next `put_back`."""
        told = tuple(self.proven(items))
        self._remember_settled(told)
        self._touched += (each for each in told if each.what != "settled")

    def proven(self, items: Iterable[events.Event]) -> Iterator[events.Outside]:
        """What a process of this audit has told of state outside the process; what else is said is remembered."""
        for event in items:
            if isinstance(event, events.Outside):
                if is_proven(event, self._key):
                    yield event
                elif event.what == "file":
                    self._unproven.add(event.name)

    def put_back(self, *, at_once: bool = False) -> tuple[str, ...]:
        """Undo what executions wrote to files, as far as that can be done now; returns what had changed."""
        if not self._touched:
            return ()
        undone = put_back(self._touched, self.copies, at_once=at_once)
        self._failed = undone.failed
        self._touched = [each for each in self._touched if each.name in self._failed]
        self._held |= undone.held
        return tuple(sorted(undone.changed))

    def forget_copies(self) -> None:
        """Remove the copies that are of no more use, once it is recorded that they are not."""
        needed = {Path(each.copy).parent.name for each in self._touched}
        self.folder.remove(self.folder.undone.name)
        with suppress(OSError):
            if needed:
                self.folder.undone.mkdir(mode=0o700)
                for tag in {*self.folder.kept()} - needed:
                    (self.folder.undo / tag).rename(self.folder.undone / tag)
            else:  # all at once: whoever is killed here shall not leave the later of two copies
                self.folder.undo.rename(self.folder.undone)
        self.folder.remove(self.folder.undone.name)
        if self._spares is not None and not needed:
            self._forget_spares(self._spares)

    @staticmethod
    def _forget_spares(spares: AuditFolder) -> None:
        with suppress(OSError):
            for name in os.listdir(spares.path):
                if not name.startswith(BEFORE):
                    spares.remove(name)

    def remaining(self) -> set[str]:
        """Files that tests changed and that are not put back."""
        return {each.name for each in self._touched if each.what == "file"}

    def held(self) -> Mapping[str, tuple[str, ...]]:
        """Folders that tests made and that could not be removed → what they hold."""
        found = {name: _inside(name) for name in sorted(self._held)}
        return {name: inside for name, inside in found.items() if inside}

    def troubles(self) -> Iterator[str]:
        """What could not be put back, in sentences."""
        for each in {each.name: each for each in self._touched if each.what == "file"}.values():
            why = self._failed.get(each.name, "the audit ended before")
            kept = f"; what it held is kept in {each.copy}" if each.has_copy else ""
            yield f"{each.name} was changed by tests and could not be put back ({why}){kept}"
        for name in sorted(self._unproven):
            yield f"{name} was perhaps changed by tests, and is left as it is ({_UNPROVEN})"
        for name, inside in self.held().items():
            shown = ", ".join(inside[:MAX_SHOWN]) + (", …" if len(inside) > MAX_SHOWN else "")
            yield f"{name} was made by tests, and stays: nobody was seen to make what it holds ({shown})"

    def put_back_the_start(self, *, keeps: Callable[[events.Outside], bool] = lambda event: False) -> None:
        """Undo what plugins, conftests and imports changed before the first test of any process, unless somebody
        else has changed it since, or `keeps` says so."""
        told = [each for each in self.of_the_start() if not keeps(each)]
        put_back(told, self.copies)
        for tag in _start_tags(self.folder):
            self.folder.segment(tag).unlink(missing_ok=True)
            self.folder.remove(tag)

    def of_the_start(self) -> list[events.Outside]:
        """What was changed before the first test of any process, and by nobody else since."""
        folders = [each for each in (self.folder, self._spares) if each is not None]
        told = [each for folder in folders for each in self.proven(told_of_the_start(folder))]
        self._remember_settled(told)
        changed = (each for each in told if each.what != "settled")
        return [each for each in changed if each.name not in self._settled or self._is_ours(each.name)]

    def _is_ours(self, name: str) -> bool:
        return events.signature(name) in self._settled[name]

    def _remember_settled(self, told: Iterable[events.Outside]) -> None:
        for event in told:
            if event.what == "settled":
                self._settled.setdefault(event.name, set()).add(event.copy)


def told_of_the_start(folder: AuditFolder) -> Iterator[events.Outside]:
    """What was changed before the first test of any process, as it is told by whomever."""
    for tag in _start_tags(folder):
        with suppress(Unreadable):  # its process was ended before it told anything
            yield from (each for each in folder.read(tag) if isinstance(each, events.Outside))


def _start_tags(folder: AuditFolder) -> list[str]:
    return folder.tags(BEFORE)


def _inside(name: str) -> tuple[str, ...]:
    """What the folder `name` holds, if there is no link on the way to it."""
    try:
        with entry(name, below=os.path.dirname(name)) as spot, spot.by_descriptor():
            return tuple(sorted(os.listdir(name)))
    except OSError:
        return ()
