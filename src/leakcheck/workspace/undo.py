"""Puts back the files that executions changed, from the copies that the recorder kept.

Nothing is done through a link, and nothing outside of the folder that an event counts for. Only what an execution
was seen to make is removed, one by one: whatever else a folder holds stays.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.recorder.outside.file_copies import attributes, set_attributes
from leakcheck.recorder.outside.spares import spare_of
from leakcheck.safe_paths import Entry, entry
from leakcheck.wire.events import ABSENT, UNKEPT, Outside

_TOO_LARGE = "it is too large to keep a copy"
_CHUNK = 1 << 20
_NEW = ".new"


@dataclass(frozen=True)
class Copies:
    """Where copies are taken from: the folder of an audit and, for what is gone from there, that of second ones."""

    folder: str
    spares: str = ""

    @classmethod
    def of(cls, folder: Path, spares: Path | None = None) -> Copies:
        return cls(os.path.realpath(folder), "" if spares is None else os.path.realpath(spares))

    @contextmanager
    def entry(self, event: Outside) -> Iterator[Entry]:
        """The copy that `event` tells of, without a link on the way. OSError if it is gone, or lies elsewhere."""
        why: OSError = FileNotFoundError(errno.ENOENT, "its copy is gone")
        with ExitStack() as stack:
            for place, below in self._places(event.copy):
                try:
                    found = stack.enter_context(entry(place, below=below))
                except FileNotFoundError:
                    continue
                except OSError as error:
                    why = error
                    continue
                if found.kind == event.kind != 0:
                    yield found
                    return
        raise why

    def _places(self, copy: str) -> Iterator[tuple[str, str]]:
        parent, name = os.path.split(copy)
        yield os.path.join(os.path.realpath(parent), name), self.folder
        if self.spares:
            yield os.path.realpath(spare_of(copy, self.spares)), self.spares


@dataclass
class Undone:
    """What was done: `changed` are files that differed and are as they were, `failed` what could not be undone and
    why, `held` folders that were made and stay, since they hold what nobody was seen to make."""

    changed: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


def put_back(touched: Iterable[Outside], copies: Copies, *, at_once: bool = False) -> Undone:
    """Undo changes of files, folders and links: the earliest copy of each counts.

    First what was not there is removed, innermost first; nothing else is ever deleted. Then what was there comes
    back, outermost first, and what something was in the way of is tried once more. Folders get their modes and
    times last: their content does not change any more. With `at_once` a file is replaced by a whole one, in case
    that this process is killed meanwhile; else it stays the file that some process may have open.
    """
    first = earliest(touched)
    undone = Undone(
        failed={name: _TOO_LARGE for name in first if first[name].copy == UNKEPT and _is_file(first[name])}
    )
    made = sorted((name for name in first if first[name].copy == ABSENT), reverse=True)
    kept = sorted(name for name in first if first[name].has_copy)
    in_the_way = [name for name in (*made, *kept) if not _undo(first[name], copies, undone, at_once=at_once)]
    for name in in_the_way:
        _undo(first[name], copies, undone, at_once=at_once)
    for name in reversed(kept):
        with suppress(OSError), _both(first[name], copies) as (spot, copy):
            if spot.kind == copy.kind != stat.S_IFLNK:
                spot.settle(copy)
                _set_attributes(spot, copy)
    return undone


def earliest(touched: Iterable[Outside]) -> Mapping[str, Outside]:
    """path -> what was told when it was touched first."""
    first: dict[str, Outside] = {}
    for each in touched:
        if each.what == "file" and (each.name not in first or each.at < first[each.name].at):
            first[each.name] = each
    return first


def differs(event: Outside, copies: Copies) -> bool:
    """Whether what stands there is not what stood there; True where that cannot be told."""
    try:
        if event.copy == ABSENT:
            with entry(event.name, below=event.root) as spot:
                return bool(spot.kind)
        with _both(event, copies) as (spot, copy):
            return not _is_same(spot, copy)
    except FileNotFoundError:
        return event.copy != ABSENT
    except OSError:
        return True


def _undo(event: Outside, copies: Copies, undone: Undone, *, at_once: bool) -> bool:
    """Undo one; whether that could be."""
    name = event.name
    undone.failed.pop(name, None)
    try:
        if event.copy == ABSENT:
            differed = _remove_made(event, undone)
        else:
            with _both(event, copies, make=True) as (spot, copy):
                differed = _restore(spot, copy, at_once=at_once)
    except OSError as error:
        undone.failed[name] = error.strerror or str(error)
        return False
    undone.changed |= {name} if differed else set()
    return True


@contextmanager
def _both(event: Outside, copies: Copies, *, make: bool = False) -> Iterator[tuple[Entry, Entry]]:
    with copies.entry(event) as copy, entry(event.name, below=event.root, make=make) as spot:
        yield spot, copy


def _is_file(event: Outside) -> bool:
    with suppress(OSError), entry(event.name, below=event.root) as spot:
        return spot.kind == stat.S_IFREG
    return False


def _remove_made(event: Outside, undone: Undone) -> bool:
    undone.held.discard(event.name)
    try:
        with entry(event.name, below=event.root) as spot:
            return _remove(spot, event.name, undone)
    except FileNotFoundError:
        return False


def _remove(spot: Entry, name: str, undone: Undone) -> bool:
    kind = spot.kind
    if kind == stat.S_IFDIR:
        try:
            spot.rmdir()
        except OSError:
            undone.held.add(name)
        return False
    if kind:
        spot.unlink()
    return bool(kind)


def _restore(spot: Entry, copy: Entry, *, at_once: bool) -> bool:
    """Whether what stood there differed from its copy."""
    if spot.kind != copy.kind:
        _clear(spot)
        _make(spot, copy, at_once=at_once)
        return True
    if _is_same(spot, copy):
        return copy.kind != stat.S_IFLNK and _mode(spot) != _mode(copy)
    if copy.kind == stat.S_IFLNK:
        spot.unlink()
        spot.symlink(copy.target())
    elif at_once:
        _replace(spot, copy)
    else:
        _overwrite(spot, copy)
    return True


def _is_same(spot: Entry, copy: Entry) -> bool:
    """Kind and content; not mode and times."""
    if spot.kind != copy.kind:
        return False
    if copy.kind == stat.S_IFLNK:
        return spot.target() == copy.target()
    return copy.kind == stat.S_IFDIR or _is_same_content(spot, copy)


def _is_same_content(spot: Entry, copy: Entry) -> bool:
    with os.fdopen(_opened(spot, os.O_RDONLY), "rb") as one, os.fdopen(copy.open(os.O_RDONLY), "rb") as other:
        if os.fstat(one.fileno()).st_size != os.fstat(other.fileno()).st_size:
            return False
        while block := one.read(_CHUNK):
            if block != other.read(_CHUNK):
                return False
    return True


def _opened(spot: Entry, flags: int) -> int:
    """A descriptor of a file, although a test may have taken the permission."""
    try:
        return spot.open(flags)
    except PermissionError:
        spot.permit()
        return spot.open(flags)


def _mode(spot: Entry) -> int:
    found = spot.status()
    return found.st_mode if found is not None else 0


def _clear(spot: Entry) -> None:
    kind = spot.kind
    if kind == stat.S_IFDIR:
        spot.rmdir()
    elif kind:
        spot.unlink()


def _make(spot: Entry, copy: Entry, *, at_once: bool) -> None:
    if copy.kind == stat.S_IFDIR:
        spot.mkdir()
    elif copy.kind == stat.S_IFLNK:
        spot.symlink(copy.target())
    elif at_once:
        _replace(spot, copy)
    else:
        _make_file(spot, copy)


def _make_file(spot: Entry, copy: Entry) -> None:
    try:
        _write(copy, spot.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        raise
    except OSError:
        copy.replace(spot)  # where no room is left, this needs none


def _overwrite(spot: Entry, copy: Entry) -> None:
    """A process of the tree may hold the file open, so it stays the same file, and keeps the room that it has. But
    one that has another name is perhaps another file by now, and would change there, too."""
    descriptor = _opened(spot, os.O_RDWR)
    if os.fstat(descriptor).st_nlink > 1:
        os.close(descriptor)
        spot.unlink()
        _make_file(spot, copy)
        return
    try:
        _write(copy, descriptor)
    except OSError:
        copy.replace(spot)


def _replace(spot: Entry, copy: Entry) -> None:
    """By a whole file: whoever is killed here leaves the one or the other."""
    new = Entry(copy.folder, f"{copy.name}{_NEW}")
    with suppress(FileNotFoundError):
        new.unlink()
    try:
        _write(copy, new.open(os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        new.settle(copy)
        _own_alike(new, spot)
        new.replace(spot)
    except OSError:  # no room is left, or it is another file system
        _overwrite(spot, copy) if spot.kind else _make_file(spot, copy)


def _own_alike(new: Entry, spot: Entry) -> None:
    """OSError if the file cannot belong to whom it has belonged to."""
    there, here = spot.status(), new.status()
    if there is not None and here is not None and (there.st_uid, there.st_gid) != (here.st_uid, here.st_gid):
        os.chown(new.name, there.st_uid, there.st_gid, dir_fd=new.folder, follow_symlinks=False)


def _write(copy: Entry, descriptor: int) -> None:
    with os.fdopen(descriptor, "wb") as target:  # a descriptor is not cut when it gets a stream
        with os.fdopen(copy.open(os.O_RDONLY), "rb") as source:
            shutil.copyfileobj(source, target)
        target.truncate()


def _set_attributes(spot: Entry, copy: Entry) -> None:
    with spot.by_descriptor() as own, copy.by_descriptor() as other:
        set_attributes(own, attributes(other))
