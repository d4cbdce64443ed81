"""Parts: an audit as one file that can be carried to another machine. A zip, with a manifest and the segments.

What names a place on the machine is taken out when it is written. What is read is taken for a stranger's: nothing
is unpacked but what is called like a segment, nor more than an audit can be.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from leakcheck.errors import Unreadable, UsageError
from leakcheck.store.appending import NO_LINK, append
from leakcheck.store.fold import CONTROL, EXECUTIONS, LOST, SUITE, read_content
from leakcheck.store.folder import AuditFolder
from leakcheck.store.journal import Journal
from leakcheck.wire import events, segments
from leakcheck.wire.manifest import Manifest, decode_manifest, encode_manifest

MANIFEST = "manifest.json"
ROOTDIR = "/project"
"""Where the project is said to lie in a part."""
MAX_ENTRIES = 200_000
MAX_ENTRY = 1_000_000_000
MAX_TOTAL = 8_000_000_000
"""Bytes, unpacked."""
_ENTRY = re.compile(rf"(audit|{SUITE}|(e|{CONTROL})[0-9]{{5,9}})\.jsonl")
_TROUBLES = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
_BLOCK = 1 << 20
Places = Mapping[str, str]
"""Folders of this machine, and what stands for each."""


def write_part(folder: AuditFolder, manifest: Manifest, target: Path, places: Places) -> None:
    """Write the audit in `folder` as the file `target`, whole or not at all; `places` are not told."""
    beside = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o644)
        try:
            with (
                os.fdopen(descriptor, "wb") as stream,
                zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                archive.writestr(MANIFEST, encode_manifest(manifest))
                for tag, data in _segments(folder, replacing(places)):
                    archive.writestr(f"{tag}.jsonl", data)
            beside.replace(target)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {error.strerror}", hint="Name a file that can be written with --out."
        ) from error


def _segments(folder: AuditFolder, hide: Callable[[bytes], bytes]) -> Iterator[tuple[str, bytes]]:
    """Those that count, sealed anew: `audit` last, as it tells how the others end."""
    content = folder.content("audit")
    journal = Journal.of(content)
    ends: dict[str, str] = {}
    for tag in [*folder.tags(SUITE)[-1:], *_complete(folder, journal)]:
        data = sealed_anew(folder.data(tag), hide)
        ends[tag] = segments.last_seal(data).decode()
        yield (SUITE if tag.startswith(SUITE) else tag), data
    told = (_with_end(event, ends) for event in content.events)
    plain = segments.chained(event for event in told if event is not None)
    yield "audit", sealed_anew(plain, hide)


def _complete(folder: AuditFolder, journal: Journal) -> Iterator[str]:
    for tag in folder.tags():
        if tag.startswith(EXECUTIONS) and tag not in journal.disowned:
            content = read_content(folder, tag)
            ended = next((each for each in content.events if isinstance(each, events.Exit)), None)
            if ended is not None and ended.status != LOST and journal.is_complete(tag, content):
                yield tag


def _with_end(event: events.Event, ends: Mapping[str, str]) -> events.Event | None:
    """The event of the segment `audit` as it stands in a part; None where it does not. Digests of sources are in
    the manifest, under a key that all parts have."""
    if isinstance(event, events.Ended):
        return replace(event, seal=ends[event.execution]) if event.execution in ends else None
    return None if isinstance(event, events.Sources | events.Disowned) else event


def sealed_anew(data: bytes, hide: Callable[[bytes], bytes]) -> bytes:
    """The lines of a segment as `hide` makes them."""
    lines, before = [], segments.NO_SEAL
    for line in data.split(b"\n")[:-1]:
        lines.append(segments.seal_line(hide(line.rpartition(b" ")[0]), before))
        before = segments.last_seal(lines[-1])
    return b"".join(lines)


def replacing(places: Places) -> Callable[[bytes], bytes]:
    """What puts in a line what stands for each of `places`, the longest first."""
    told = {json.dumps(place)[1:-1].encode(): named.encode() for place, named in places.items() if len(place) > 1}
    if not told:
        return bytes
    longest = sorted(told, key=len, reverse=True)
    found = re.compile(b"(?:" + b"|".join(map(re.escape, longest)) + rb")(?![\w-]|\.\w)")
    return lambda line: found.sub(lambda match: told[match[0]], line)


# Reading --------------------------------------------------------------------------------------------------------


def read_manifest(path: Path) -> Manifest:
    """What the part says of itself; `Unreadable`, in one sentence, if it is none, or is damaged."""
    with _opened(path) as archive:
        return _manifest(archive, path)


def unpack(path: Path, base: Path) -> AuditFolder:
    """The audit of the part as a folder inside `base`, which is one's own and empty."""
    with _opened(path) as archive:
        _manifest(archive, path)
        folder = AuditFolder(base)
        for entry in archive.infolist():
            if entry.filename != MANIFEST:
                _unpack(archive, entry, folder.path / entry.filename)
    return folder


def _unpack(archive: _Archive, entry: zipfile.ZipInfo, target: Path) -> None:
    data = archive.content(entry)
    append(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600), data)


def _manifest(archive: _Archive, path: Path) -> Manifest:
    try:
        return decode_manifest(archive.content(archive.entries[MANIFEST]))
    except Unreadable as error:
        raise Unreadable(f"{path.name} cannot be read: {error.message}", hint=error.hint) from error


def _opened(path: Path) -> _Archive:
    return _Archive(path)


class _Archive:
    """A zip whose entries are those of a part. Whatever is wrong with it is `Unreadable`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.is_dir():
                raise Unreadable(f"{path} is a folder, and no part")
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Unreadable(f"cannot read {path}: {error.strerror or error}") from error
        except _TROUBLES as error:
            raise self._damaged("it is no whole archive") from error
        self.entries = self._checked()

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def infolist(self) -> list[zipfile.ZipInfo]:
        return list(self.entries.values())

    def content(self, entry: zipfile.ZipInfo) -> bytes:
        """All of `entry`, which is no larger than it says."""
        found = bytearray()
        try:
            with self._zip.open(entry) as stream:
                while block := stream.read(_BLOCK):
                    found += block
                    if len(found) > MAX_ENTRY:
                        raise self._damaged(f"{entry.filename} is too large")
        except OSError as error:
            raise Unreadable(f"cannot read {self._path}: {error.strerror or error}") from error
        except _TROUBLES as error:
            raise self._damaged(f"{entry.filename} is not as it was written") from error
        return bytes(found)

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        found = {entry.filename: entry for entry in self._zip.infolist()}
        if len(found) != len(self._zip.infolist()) or len(found) > MAX_ENTRIES:
            raise self._damaged("it holds more than a part does")
        strange = next((name for name in found if name != MANIFEST and not _ENTRY.fullmatch(name)), None)
        if strange is not None or not {MANIFEST, "audit.jsonl", f"{SUITE}.jsonl"} <= found.keys():
            raise Unreadable(f"{self._path} is no part of an audit: {_what(strange)}")
        sizes = [entry.file_size for entry in found.values()]
        if max(sizes) > MAX_ENTRY or sum(sizes) > MAX_TOTAL:
            raise self._damaged("it is too large")
        return found

    def _damaged(self, why: str) -> Unreadable:
        return Unreadable(f"{self._path} is damaged: {why}", hint="Run its shard again, or fetch the file again.")


def _what(strange: str | None) -> str:
    return "it lacks what each part has" if strange is None else f"it holds {strange!r:.60}"
