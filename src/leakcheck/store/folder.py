"""The folder of one audit: one segment a process, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

from leakcheck.errors import Unreadable, UsageError
from leakcheck.own_folders import Own, is_private, remove_own
from leakcheck.records import Order, in_sequence
from leakcheck.store.appending import NO_LINK, append, seal_of, told, write_new
from leakcheck.wire import events, segments

ASIDE, ASKING = "aside", "asking"
_SEGMENT = ".jsonl"
KEPT = "kept"
"""Copies of what tests have changed and somebody has edited since: they are for a person."""
MARK = "ended"
"""The guard of a killed audit makes this file, too, when the last of its processes is over."""
_STAMP = "%Y%m%d-%H%M%S"
_GITIGNORE = "# Created by leakcheck.\n*\n"


class AuditFolder:
    """Writes headers and the engine's own events; the rest is written by the audited processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._own: Own | None = None

    @classmethod
    def create(cls, base: Path) -> AuditFolder:
        """A new folder below `base`, which gets a `.gitignore` of its own."""
        try:
            cls.prepare(base)
            path = base / f"{_stamp(base)}-{secrets.token_hex(2)}"
            _make(path)
        except OSError as error:
            raise UsageError(
                f"cannot keep the audit in {base}{_leading(base)}: {error.strerror}",
                hint="Name a folder that can be written with --folder.",
                option="folder",
            ) from error
        made = cls(path)
        made.recognise()
        return made

    @staticmethod
    def prepare(base: Path) -> None:
        """The folder of audits itself; nothing if it is there."""
        base.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            _make(base)
        write_new(base / ".gitignore", _GITIGNORE)

    def recognise(self) -> None:
        """From now on only the folder that stands there now counts as this one, if nobody else can write to it."""
        with suppress(OSError):
            self._own = Own.at(os.path.realpath(self.path))

    def is_private(self) -> bool:
        """Whether the folder is this user's, and nobody else can write to it."""
        try:
            return is_private(os.stat(self.path))
        except OSError:
            return False

    def remove(self, name: str) -> None:
        """Remove the entry `name` with all that it holds, as far as it is in this very folder."""
        if self._own is None:
            self.recognise()
        if self._own is not None:
            remove_own(self._own, name)

    @contextmanager
    def aside(self, name: str) -> Iterator[AuditFolder]:
        """A folder inside this one for more executions of the same audit: they move into it when the context ends,
        or when the next begins after a kill."""
        inner = AuditFolder(self.path / name)
        self._adopt(inner)
        _make(inner.path)
        try:
            yield inner
        finally:
            self._adopt(inner)

    def _adopt(self, inner: AuditFolder) -> None:
        begun = _is_folder(inner.path) and inner.exists()
        ended = [each for each in inner.read("audit") if isinstance(each, events.Ended)] if begun else []
        for each in ended:
            if inner.segment(each.execution).exists():
                self.append("audit", each)
                os.replace(inner.segment(each.execution), self.segment(each.execution))
        self.remove(inner.path.name)

    @property
    def asking(self) -> AuditFolder:
        """Where further executions of this audit are made."""
        return AuditFolder(self.path / ASKING)

    def exists(self) -> bool:
        return self.segment("audit").is_file()

    def segment(self, tag: str) -> Path:
        return self.path / f"{tag}{_SEGMENT}"

    @property
    def undo(self) -> Path:
        """Copies of files that running executions are about to change."""
        return self.path / "undo"

    @property
    def undone(self) -> Path:
        """Copies that are of no more use, on their way out."""
        return self.path / "undone"

    def set_beside(self, copy: str) -> Path | None:
        """Take a copy out of those that may be put back, but keep it; returns where it is, None if it is gone."""
        place = self.path / KEPT
        with suppress(FileExistsError):
            _make(place)
        if not _is_folder(place):
            return None
        source = self.undo / Path(copy).parent.name / Path(copy).name
        target = place / f"{source.parent.name}-{source.name}"
        try:
            os.replace(source, target)
        except OSError:
            return target if os.path.lexists(target) else None
        return target

    def set_mark(self) -> None:
        """Say that from now on no test of this audit writes anything."""
        with suppress(OSError):
            os.close(os.open(self.path / MARK, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NO_LINK, 0o600))
            os.utime(self.path / MARK, follow_symlinks=False)

    def mark(self) -> int | None:
        """When that was said, in nanoseconds; None if it never was."""
        try:
            found = os.lstat(self.path / MARK)
        except OSError:
            return None
        return found.st_mtime_ns if stat.S_ISREG(found.st_mode) else None

    def last_sign(self) -> int:
        """When anything of the audit was written last, in nanoseconds."""
        return max((self.segment(tag).stat().st_mtime_ns for tag in self.tags()), default=0)

    @property
    def doubts(self) -> Path:
        """Files that may be somebody else's, and are not in their place while that is found out."""
        return self.path / "doubts"

    def has_copies(self) -> bool:
        """Whether anything may have to be put back, or copies removed."""
        return any(map(os.path.lexists, (self.undo, self.undone))) or any(self.path.glob("before-*.jsonl"))

    def kept(self) -> list[str]:
        """The tags of executions whose changes of files may not be put back yet: copies of these are kept."""
        found = self.undo.glob("*") if _is_folder(self.undo) else ()
        return sorted(path.name for path in found if _is_folder(path))

    def forked(self, tag: str) -> tuple[events.Outside, ...]:
        """What processes forked by tests of the execution `tag` have touched. They tell it beside their copies."""
        found: list[events.Outside] = []
        there = _is_folder(self.undo) and _is_folder(self.undo / tag)
        for path in sorted((self.undo / tag).glob("*.jsonl") if there else ()):
            with suppress(OSError, Unreadable):
                items = segments.read_segment(path.read_bytes()).events if _is_segment(path) else ()
                found += (each for each in items if isinstance(each, events.Outside))
        return tuple(found)

    def begin(self, tag: str, order: Order | None = None) -> Path:
        """Create the segment `tag` with its header."""
        path = self.segment(tag)
        with told(path):
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)  # whatever the umask
            try:
                append(descriptor, segments.sealed(events.Header(events.FORMAT, tag, order)))
            except OSError:
                path.unlink()
                raise
        return path

    def append(self, tag: str, *items: events.Event) -> None:
        """Append events; what is left of a line that a killed process left torn is taken away."""
        path = self.segment(tag)
        with told(path):
            lines = segments.chained(items, seal_of(path))
            append(os.open(path, os.O_WRONLY | os.O_APPEND | NO_LINK), lines)

    def close(self, tag: str, ending: events.Exit) -> None:
        """Append the last event of an execution. What the audit was not told before is not complete."""
        with told(self.segment(tag)):
            line = segments.sealed(ending, seal_of(self.segment(tag)))
        self.append("audit", events.Ended(tag, segments.last_seal(line).decode()))
        self.append(tag, ending)

    def content(self, tag: str) -> segments.Content:
        """What the segment `tag` holds, as far as it is what was written."""
        path = self.segment(tag)
        try:
            if os.path.lexists(path) and not _is_segment(path):
                raise Unreadable("it is no regular file")
            return segments.read_segment(path.read_bytes())
        except OSError as error:
            raise Unreadable(f"cannot read {path}: {error.strerror}") from error
        except Unreadable as error:
            raise Unreadable(f"{path}: {error.message}", hint=error.hint) from error

    def status(self, tag: str) -> os.stat_result:
        """What the system knows of the segment `tag`, which is being written."""
        with told(self.segment(tag)):
            return self.segment(tag).lstat()

    def data(self, tag: str, begin: int = 0) -> bytes:
        """What the segment `tag`, which is being written, holds by now, from the byte `begin` on."""
        with told(self.segment(tag)), self.segment(tag).open("rb") as stream:
            stream.seek(begin)
            return stream.read()

    def read(self, tag: str) -> tuple[events.Event, ...]:
        """The events of the segment `tag`, up to the first that is damaged."""
        return self.content(tag).events

    def put_aside(self, tag: str) -> str:
        """Give the segment another tag, under which it stands for nothing but itself, and its copies as well: an
        execution that is made again under the old one shall not find them. Returns the new tag."""
        self.append("audit", events.Disowned((tag,), "put aside: it is not complete"))
        number = 1
        while self.segment(aside := f"{ASIDE}{number}-{tag}").exists():
            number += 1
        self.segment(tag).rename(self.segment(aside))
        if tag in self.kept():
            (self.undo / tag).rename(self.undo / aside)
        return aside

    def last_aside(self, tag: str) -> str:
        """The tag that `tag` was given when it was put aside for the last time; `tag` if it never was."""
        found = [each for each in self.tags(ASIDE) if each.partition("-")[2] == tag]
        return max(found, key=lambda each: int(each.partition("-")[0].removeprefix(ASIDE)), default=tag)

    def lock(self) -> int:
        """Make sure that nobody else works on this audit, for as long as the descriptor is open."""
        with told(self.segment("audit")):
            descriptor = os.open(self.segment("audit"), os.O_RDWR | NO_LINK)
        self.recognise()
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise UsageError(
                f"{self.path} is still being written by another leakcheck", hint="Wait for it, or end it."
            ) from error
        return descriptor

    def tags(self, prefix: str = "") -> list[str]:
        """All segments whose tags begin so, by their numbers: regular files, so that nothing is waited for and
        nothing else of the machine is read."""
        names = (name for name in _names(self.path) if name.startswith(prefix) and name.endswith(_SEGMENT))
        found = (name.removesuffix(_SEGMENT) for name in names if _is_segment(self.path / name))
        return sorted(found, key=in_sequence)

    def highest(self, name: str) -> int:
        """The highest number among the segments `name00001`, `name00002`, ...; 0 if there is none."""
        found = (tag.removeprefix(name) for tag in self.tags(name))
        return max((int(number) for number in found if number.isdigit()), default=0)


def _is_segment(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    """A folder, and no link to one: what is done in there is done in the audit's own."""
    return path.is_dir() and not path.is_symlink()


def _make(path: Path) -> None:
    """A new folder for its owner only, whatever the umask."""
    path.mkdir(mode=0o700)
    path.chmod(0o700)


def _stamp(base: Path) -> str:
    """The time as the name of a new audit, later than all that are there: a clock may have been set back."""
    now = datetime.now().strftime(_STAMP)
    newest = max((each.path.name.rpartition("-")[0] for each in audits(base)), default="")
    if now > newest:
        return now
    with suppress(ValueError, OverflowError):
        return (datetime.strptime(newest, _STAMP) + timedelta(seconds=1)).strftime(_STAMP)
    return now


def _leading(base: Path) -> str:
    """Where `base` leads, if it is a symbolic link."""
    return f" (a link to {os.readlink(base)})" if base.is_symlink() else ""


def audits(base: Path) -> list[AuditFolder]:
    """All audits below `base`, the newest first."""
    found = [path for path in base.glob("*-*") if _is_segment(path / "audit.jsonl")] if base.is_dir() else []
    return [AuditFolder(path) for path in sorted(found, reverse=True)]


def latest(base: Path) -> AuditFolder:
    """The newest audit below `base`."""
    found = audits(base)
    if not found:
        raise Unreadable(f"no audit in {base}", hint="Run `leakcheck run` first, or name the folder with --folder.")
    return found[0]
