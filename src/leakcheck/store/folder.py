"""The folder of one audit: one segment a process, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

from leakcheck import events
from leakcheck.errors import Unreadable, UsageError
from leakcheck.records import Order

ASIDE = "aside"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_GITIGNORE = "# Created by leakcheck.\n*\n"


class AuditFolder:
    """Writes headers and the engine's own events; the rest is written by the audited processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, base: Path) -> AuditFolder:
        """A new folder below `base`, which gets a `.gitignore` of its own."""
        try:
            base.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                _make(base)
            _write_new(base / ".gitignore", _GITIGNORE)
            path = base / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
            _make(path)
        except OSError as error:
            raise UsageError(
                f"cannot keep the audit in {base}: {error.strerror}",
                hint="Name a folder that can be written with --folder.",
            ) from error
        return cls(path)

    @contextlib.contextmanager
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
        for tag in inner.tags():
            if tag.startswith("e"):
                os.replace(inner.segment(tag), self.segment(tag))
        shutil.rmtree(inner.path, ignore_errors=True)

    def segment(self, tag: str) -> Path:
        return self.path / f"{tag}.jsonl"

    @property
    def undo(self) -> Path:
        """Copies of files that running executions are about to change."""
        return self.path / "undo"

    def begin(self, tag: str, order: Order | None = None) -> Path:
        """Create the segment `tag` with its header."""
        path = self.segment(tag)
        self._write(path, events.Header(events.FORMAT, tag, order), os.O_CREAT | os.O_EXCL)
        return path

    def append(self, tag: str, event: events.Event) -> None:
        """Append one event, closing a line that a killed process left torn."""
        path = self.segment(tag)
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - 1))
            torn = stream.read(1) not in (b"\n", b"")
        self._write(path, event, os.O_CREAT, prefix=b"\n" if torn else b"")

    def read(self, tag: str) -> Iterator[events.Event]:
        """The events of the segment `tag`; a line torn in the middle by a kill is passed over."""
        path = self.segment(tag)
        try:
            data = path.read_bytes()
            yield from events.read_segment(_without_torn(data))
        except OSError as error:
            raise Unreadable(f"cannot read {path}: {error.strerror}") from error
        except Unreadable as error:
            raise Unreadable(f"{path}: {error.message}", hint=error.hint) from error

    def put_aside(self, tag: str) -> None:
        """Give the segment another name, under which it stands for nothing but itself."""
        path = self.segment(tag)
        number = 1
        while (aside := self.path / f"{ASIDE}{number}-{tag}.jsonl").exists():
            number += 1
        path.rename(aside)

    def lock(self) -> int:
        """Make sure that nobody else works on this audit, for as long as the descriptor is open."""
        descriptor = os.open(self.segment("audit"), os.O_RDWR)
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise UsageError(
                f"{self.path} is still being written by another leakcheck", hint="Wait for it, or end it."
            ) from error
        return descriptor

    def tags(self) -> list[str]:
        """All segments: regular files, so that nothing is waited for and nothing else of the machine is read."""
        return sorted(path.stem for path in self.path.glob("*.jsonl") if _is_segment(path))

    def highest(self, name: str) -> int:
        """The highest number among the segments `name00001`, `name00002`, ...; 0 if there is none."""
        found = (tag.removeprefix(name) for tag in self.tags() if tag.startswith(name))
        return max((int(number) for number in found if number.isdigit()), default=0)

    @staticmethod
    def _write(path: Path, event: events.Event, flags: int, prefix: bytes = b"") -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | _NO_LINK | flags, 0o600)
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(descriptor, 0o600)  # whatever the umask
            os.write(descriptor, prefix + events.encode(event))
        finally:
            os.close(descriptor)


def _is_segment(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _make(path: Path) -> None:
    """A new folder for its owner only, whatever the umask."""
    path.mkdir(mode=0o700)
    path.chmod(0o700)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. What is there stays, and no link is followed."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)


def _without_torn(data: bytes) -> bytes:
    """Lines that do not close their object were cut by the end of their process."""
    lines = data.split(b"\n")
    whole = [line for line in lines[:-1] if line.endswith(b"}") or not line.startswith(b"{")]
    return b"\n".join([*whole, b""])


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
