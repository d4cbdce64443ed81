"""Changes that may be an execution's, or somebody else's: undone for as long as it takes to see whose they are."""

from __future__ import annotations

import filecmp
import json
import os
import re
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from leakcheck.own_folders import Own, remove_own
from leakcheck.recorder.outside.file_copies import free, keep
from leakcheck.recorder.outside.proofs import with_kind
from leakcheck.store import AuditFolder
from leakcheck.wire.events import ABSENT, UNKEPT, Outside
from leakcheck.workspace.listing import State, kind_of, state_of
from leakcheck.workspace.originals import Originals
from leakcheck.workspace.undo import Copies, put_back

MADE_UP = "#"
NAMES = "paths.json"
"""Says which path was kept where, for whoever comes behind a kill."""
_FOUND = "found"
_WORD = re.compile(r"[A-Za-z0-9]+")
_SOCKETS = Path("/proc/net/unix")


@dataclass(frozen=True)
class Doubt:
    """`paths` are what they were again, as in `states`, where that could be done; `theirs` is where what was found
    there is kept. `suspects` are executions that are to show whether they do it again."""

    audit: AuditFolder
    own: Own
    root: str
    suspects: set[str]
    paths: tuple[str, ...]
    theirs: Mapping[str, str]
    states: Mapping[str, State | None]

    @classmethod
    def begin(
        cls,
        audit: AuditFolder,
        name: str,
        root: str,
        suspects: set[str],
        paths: Sequence[str],
        originals: Originals,
    ) -> Doubt:
        """Keep what is there, and put back what was there."""
        folder = audit.doubts / name
        for each in (audit.doubts, folder, folder / "was"):
            each.mkdir(mode=0o700, exist_ok=True)
        theirs = {path: _kept(path, folder / f"{number}") for number, path in enumerate(paths)}
        able = [path for path in paths if theirs[path] != UNKEPT]
        (folder / NAMES).write_text(json.dumps(theirs), "utf-8")
        was = {path: originals.copy(path, folder / "was" / f"{number}") for number, path in enumerate(able)}
        _put_back(was, audit, root)
        states = {path: state_of(path) for path in able if was[path] != UNKEPT}
        return cls(audit, Own.at(str(folder)), root, suspects, tuple(paths), theirs, states)

    def shows(self, path: str) -> bool:
        """Whether `path` is by now what was found there, or is a file of another made-up name beside it. A user who
        saves a file twice saves something else."""
        if path not in self.paths:
            return MADE_UP in shape_of(path) and shape_of(path) in map(shape_of, self.paths)
        return path not in self.states or _is_same(path, self.theirs[path])

    def take_back(self, paths: Iterable[str]) -> None:
        """These were somebody else's: they are as they were found, unless somebody has changed them since."""
        mine = (path for path in paths if path in self.states and state_of(path) == self.states[path])
        _put_back({path: self.theirs[path] for path in mine}, self.audit, self.root)
        remove_own(self.own)


def shape_of(path: str) -> str:
    """The path without what differs from time to time in made-up names: numbers, digests."""
    folder, name = os.path.split(path)
    return os.path.join(folder, _WORD.sub(lambda word: MADE_UP if _is_made_up(word[0]) else word[0], name))


def _is_made_up(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or (len(word) >= 4 and not word.strip("abcdefABCDEF"))


def _put_back(copies: Mapping[str, str], audit: AuditFolder, root: str) -> None:
    now = time.monotonic()
    told = (Outside("file", path, copy, now, root=root) for path, copy in copies.items())
    put_back((with_kind(each) for each in told), Copies.of(audit.path))


def _kept(path: str, copy: Path) -> str:
    try:
        return keep(path, str(copy))
    except OSError:
        return UNKEPT


def told_of_killed(folder: AuditFolder) -> Iterator[str]:
    """What an audit that was killed had taken out of its place, and where it is from now on, in sentences: once for
    each. The audit is one's own, and nobody works on it."""
    if not folder.doubts.is_dir():
        return
    place = Path(free(str(folder.path / _FOUND)))
    os.rename(folder.doubts, place)
    for names in sorted(place.glob(f"*/{NAMES}")):
        for path, copy in _names(names).items():
            if copy not in (ABSENT, UNKEPT):
                yield (
                    f"{path} changed during the audit {folder.path.name}, which was killed before it "
                    f"knew who does that; what it held then is kept in {names.parent / os.path.basename(copy)}"
                )


def _names(file: Path) -> Mapping[str, str]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    names = found if isinstance(found, dict) else {}
    return {path: copy for path, copy in names.items() if isinstance(copy, str)}


def _is_same(path: str, copy: str) -> bool:
    found, wanted = state_of(path), state_of(copy) if copy else None
    if found is None or wanted is None or kind_of(found) != kind_of(wanted):
        return found is wanted
    if kind_of(found) == stat.S_IFLNK:
        return os.readlink(path) == os.readlink(copy)
    return kind_of(found) == stat.S_IFDIR or filecmp.cmp(path, copy, shallow=False)


def held_open(paths: Collection[str]) -> set[str]:
    """Those of `paths` that a process has open: what executions had open is closed when they have ended."""
    found: set[str] = set()
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            for name in os.listdir(folder):
                with suppress(OSError):
                    found.add(os.readlink(folder / name))
    return found.intersection(paths)


def is_served(path: str) -> bool:
    """Whether a process listens at the socket `path`."""
    try:
        lines = _SOCKETS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return False
    bound = (os.path.basename(line.split(maxsplit=7)[-1]) for line in lines)  # by whatever relative path
    return os.path.basename(path) in bound
