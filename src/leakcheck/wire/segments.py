"""Segments: files of sealed lines, each of which vouches for the one before."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from leakcheck.errors import Unreadable
from leakcheck.wire.codec import decode, encode
from leakcheck.wire.events import FORMAT, UNSEALED, Event, Header

NO_SEAL = b"00000000"
_SEAL_AND_END = len(NO_SEAL) + 1


def sealed(event: Event, before: bytes = NO_SEAL) -> bytes:
    """One line of a segment, with its line end, to stand behind the line that ends with the seal `before`."""
    return seal_line(encode(event)[:-1], before)


def chained(items: Iterable[Event], before: bytes = NO_SEAL) -> bytes:
    """The lines of `items`, each sealed behind the one before it, the first behind the seal `before`."""
    lines = []
    for event in items:
        lines.append(sealed(event, before))
        before = last_seal(lines[-1])
    return b"".join(lines)


def seal_line(body: bytes, before: bytes) -> bytes:
    """One line of a segment with this JSON object, to stand behind the line that ends with the seal `before`."""
    return b"%b %b\n" % (body, _seal(body, before))


def last_seal(data: bytes) -> bytes:
    """The seal of the last line of `data`, which ends with a line end."""
    found = data[-_SEAL_AND_END:-1]
    return found if len(found) == len(NO_SEAL) else NO_SEAL


def _seal(body: bytes, before: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body, zlib.crc32(before))


@dataclass(frozen=True, slots=True)
class Content:
    """What a segment holds, as far as it is what was written. `damage` tells what is wrong with the rest, "" if
    nothing is; `seal` is that of the last good line. A torn last line is no event and no damage."""

    events: tuple[Event, ...]
    damage: str = ""
    seal: str = ""
    format: int = FORMAT


def read_segment(data: bytes) -> Content:
    """A segment's content; `Unreadable` if its first line is no header, or of an unknown format."""
    lines = data.split(b"\n")[:-1]
    header = _header(lines[0]) if lines else Header(FORMAT, "")
    written = header.format
    if written == UNSEALED:
        return _read_unsealed(lines)
    found: list[Event] = []
    before = NO_SEAL
    for number, line in enumerate(lines, start=1):
        body, _, seal = line.rpartition(b" ")
        if seal != _seal(body, before):
            return Content(tuple(found), f"line {number} is not as it was written", before.decode(), written)
        found.append(header if number == 1 else decode(body))
        before = seal
    return Content(tuple(found), "", before.decode(), written)


def _header(line: bytes) -> Header:
    """What the first line says. (Whether its seal is right is not looked at here.)"""
    is_sealed = not line.endswith(b"}")
    event = decode(line.rpartition(b" ")[0] if is_sealed else line)
    if not isinstance(event, Header):
        raise Unreadable("the first line is no header")
    if not UNSEALED <= event.format <= FORMAT:
        raise Unreadable(
            f"written in format {event.format}; this leakcheck reads formats {UNSEALED} to {FORMAT}",
            hint="Use the leakcheck version that wrote it, or run the audit again.",
        )
    if is_sealed != (event.format != UNSEALED):
        raise Unreadable("the first line is not as it was written")
    return event


def _read_unsealed(lines: Iterable[bytes]) -> Content:
    """Format 1: a line that does not close its object was cut by the end of its process, and is passed over."""
    whole = [line for line in lines if line.endswith(b"}") or not line.startswith(b"{")]
    return Content(tuple(decode(line) for line in whole), format=UNSEALED)
