"""Puts back the files that executions changed, from the copies that the recorder kept."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.events import Event, Outside


@dataclass
class Undo:
    """What executions have touched and is not put back yet, and what they had changed. `copies` is the folder of
    the copies; they are kept for as long as they are needed."""

    copies: Path
    changed: set[str] = field(default_factory=set)
    _touched: list[Outside] = field(default_factory=list)
    _failed: dict[str, str] = field(default_factory=dict)

    def note(self, items: Iterable[Event]) -> None:
        """What an execution tells of state outside its process."""
        self._touched += [event for event in items if isinstance(event, Outside)]

    def put_back(self) -> tuple[str, ...]:
        """Put everything back, as far as that can be done now; returns what had changed."""
        if not self._touched:
            return ()
        changed, self._failed = put_back(self._touched)
        self._touched = [each for each in self._touched if each.name in self._failed]
        self.changed |= changed
        return tuple(sorted(changed))

    def forget_copies(self) -> None:
        """Remove the copies that are of no more use, once it is recorded that they are not."""
        needed = {Path(each.copy).parent for each in self._touched}
        for folder in list(self.copies.glob("*")) if self.copies.is_dir() else ():
            if folder not in needed:
                shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.copies.rmdir()

    def troubles(self) -> Iterator[str]:
        """What could not be put back, in sentences."""
        for each in {each.name: each for each in self._touched}.values():
            why = self._failed.get(each.name, "the audit ended before")
            kept = f"; what it held is kept in {each.copy}" if each.copy else ""
            yield f"{each.name} was changed by tests and could not be put back ({why}){kept}"


def put_back(touched: Iterable[Outside]) -> tuple[set[str], dict[str, str]]:
    """Undo writes to files: the earliest copy of each counts. Returns (what had changed, what could not be undone
    and why).

    Names that were not there are removed, innermost first; nothing else is ever deleted.
    """
    first: dict[str, Outside] = {}
    for each in touched:
        if each.what == "file" and (each.name not in first or each.at < first[each.name].at):
            first[each.name] = each
    changed: set[str] = set()
    failed: dict[str, str] = {}
    for name, each in sorted(first.items(), reverse=True):
        try:
            if _put_back(Path(name), each.copy):
                changed.add(name)
        except OSError as error:
            failed[name] = error.strerror or str(error)
    return changed, failed


def _put_back(path: Path, copy: str) -> bool:
    """Whether `path` differed from its copy."""
    if copy == "?" or (copy and not os.path.exists(copy)):  # too large to be kept, or moved to its place before
        return False
    if copy == "":
        return _remove(path)
    if path.is_file() and filecmp.cmp(path, copy, shallow=False):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _overwrite(path, copy)
    except OSError:
        os.replace(copy, path)  # where no room is left, this needs none
    return True


def _overwrite(path: Path, copy: str) -> None:
    """In place: a process of the tree may hold the file open. The space that it has is not given away before."""
    if path.is_file():
        with open(copy, "rb") as source, path.open("r+b") as target:
            shutil.copyfileobj(source, target)
            target.truncate()
        shutil.copystat(copy, path)
    else:
        shutil.copy2(copy, path)


def _remove(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            path.rmdir()  # a folder that was made holds nothing any more, or holds what is not ours
        return False
    present = os.path.lexists(path)
    if present:
        path.unlink()
    return present
