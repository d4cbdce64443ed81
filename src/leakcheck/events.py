"""The wire and disk format: one JSON object a line, append-only, plain data only.

A *segment* is one file of events. Its first line is a `Header` with the number of the format; whoever reads
an unknown number stops with a clear error. History of the format:

1. First format. Lines are JSON objects and nothing else.
2. Each line ends with a seal: a checksum of the line and of the seal before it. So a line that was damaged, left
   out, doubled or moved is told from what was recorded; what stands before it is as it was written. The segment
   `audit` lists the executions that ended, each with the last seal of its segment (`Ended`), and those that are no
   evidence (`Disowned`). Format 1 is still read.

Events and fields with a default may be added to a format: what an older audit lacks is as the default says. A newer
audit in an older leakcheck is an event that it does not know, and told as such.
"""

from __future__ import annotations

import json
import math
import os
import types
import typing
import zlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, Union

from leakcheck.errors import Unreadable
from leakcheck.records import Change, Excerpt, Location, Order, Suite, TestRun

FORMAT = 2
UNSEALED = 1
"""The format that had no seals."""
ABSENT, UNKEPT = "", "?"
"""In place of a copy of a file: nothing stood there, or it could not be kept."""


@dataclass(frozen=True, slots=True)
class Header:
    """First line of a segment. `order` is what its process shall run; `tag` names the segment."""

    format: int
    tag: str
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An audit began: by which leakcheck, with which options and arguments."""

    leakcheck: str
    created: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resumed:
    """An audit that was not finished goes on: everything is asked again, and what was executed is not executed
    again. `seconds` is how long it had taken until then."""

    created: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Sources:
    """The content of the project's files when the audit began: a digest by path, relative to the rootdir."""

    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Lines of the project's files as they were when the audit ended: those that wrote, without secrets."""

    items: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """A node finished its collection. `threads` live and `connections` to servers are open since then."""

    suite: Suite
    errors: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shuffled:
    """The sequence that the project's own shuffling plugin makes of a seed."""

    seed: int
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """A test is about to run. Without a `Finished` behind it, it ended its process. `clock` is the time that a file
    would get if it changed now, in nanoseconds."""

    test: str
    clock: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A test ran, with everything recorded around it."""

    run: TestRun


@dataclass(frozen=True, slots=True)
class Again:
    """The outcome of a second run in the same process."""

    test: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about this execution."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class FellBack:
    """The audit runs each order in a new process from now on: `why` is one of `records.topics.Fallback`."""

    why: str


@dataclass(frozen=True, slots=True)
class Outside:
    """State outside the process: `what` is "file" (about to change; `copy` is where what stood there was kept, ""
    when nothing did, "?" when it could not be kept), "server", "port" or "driver" (loaded, and may touch these
    unseen); `at` is a monotonic time. "settled" is a file that imports have changed: its `copy` is the `signature`
    that it has when the first test begins. `test` is the one that forked the process which tells this; "" for the
    test that is running. `root` is the folder that the file counts for: the rootdir, or the temporary folder;
    `kind` is that of the copy, as in a mode. `proof` shows that a process of this audit tells it: nothing is put
    back without."""

    what: str
    name: str
    copy: str = ""
    at: float = 0.0
    test: str = ""
    root: str = ""
    kind: int = 0
    proof: str = ""

    @property
    def has_copy(self) -> bool:
        """Whether `copy` is where a file's content is kept."""
        return self.what == "file" and self.copy not in (ABSENT, UNKEPT)


def signature(path: str) -> str:
    """Size and time of the last change of a file; "" where there is none."""
    try:
        found = os.lstat(path)
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"


@dataclass(frozen=True, slots=True)
class Deep:
    """What the tests so far have changed anywhere in the process; the cause of each change is its test. `modules`
    are those of the project that are loaded."""

    changes: tuple[Change, ...]
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """The run ended before its last test, as pytest would have (`pytest.exit`, `shouldstop`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Completed:
    """Every test of the order ran and pytest's teardown is over."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Exit:
    """Written by the engine when the process is gone. `changed` are files that it had changed and that are put
    back; `why` is what ended it, in words."""

    status: str
    code: int | None
    seconds: float
    engine: str = "fork"
    changed: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution is about to get its last line, which will have this seal. Told in the segment `audit`."""

    execution: str
    seal: str


@dataclass(frozen=True, slots=True)
class Disowned:
    """These executions are no evidence: they were disturbed. Told in the segment `audit`."""

    executions: tuple[str, ...]
    why: str


Event = (
    Header
    | Begun
    | Resumed
    | Sources
    | Excerpts
    | Collected
    | Shuffled
    | Started
    | Finished
    | Again
    | Note
    | FellBack
    | Outside
    | Deep
    | Stopped
    | Completed
    | Exit
    | Ended
    | Disowned
)

_CLASSES: Mapping[str, type[Any]] = {cls.__name__.lower(): cls for cls in typing.get_args(Event)}


class _Encoder(json.JSONEncoder):
    """Of our own: a test of the audited suite may replace json.dumps, or the encoder's methods, for good."""

    encode = json.JSONEncoder.encode
    iterencode = json.JSONEncoder.iterencode


NO_SEAL = b"00000000"
"""What stands before the first line."""
_SEAL_AND_END = len(NO_SEAL) + 1
_NAME, _NAMED = b'{"event":"', 40
"""How a line begins, and so many bytes of it hold the name of its event."""
_ENCODE = _Encoder(separators=(",", ":"), ensure_ascii=True).encode
_DECODE = json.JSONDecoder().decode


def encode(event: Event) -> bytes:
    """One line of format 1, with its line end: what a seal is put on."""
    body = {"event": type(event).__name__.lower(), **_plain(event)}
    return (_ENCODE(body) + "\n").encode("ascii")


def name_of(line: bytes) -> str:
    """The name of a line's event, as far as its first bytes tell; "" if they do not. Nothing else is decoded: lines
    may be long, and most of them need not be understood."""
    head, mark, rest = line[:_NAMED].partition(_NAME)
    return rest.partition(b'"')[0].decode("ascii", "replace") if mark and not head else ""


def decode(line: bytes | str) -> Event:
    """The event of one line without its seal; `Unreadable` if it is not exactly one event of this format."""
    try:
        body = _DECODE(line.decode("ascii") if isinstance(line, bytes) else line)
        cls = _CLASSES[body.pop("event")]
        event: Event = _build(cls, body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise Unreadable(f"not an event: {type(error).__name__}: {error}") from error
    return event


def sealed(event: Event, before: bytes = NO_SEAL) -> bytes:
    """One line of a segment, with its line end, to stand behind the line that ends with the seal `before`."""
    return seal_line(encode(event)[:-1], before)


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
    if lines and _header_format(lines[0]) == UNSEALED:
        return _read_unsealed(lines)
    found: list[Event] = []
    before = NO_SEAL
    for number, line in enumerate(lines, start=1):
        body, _, seal = line.rpartition(b" ")
        if seal != _seal(body, before):
            return Content(tuple(found), f"line {number} is not as it was written", before.decode())
        found.append(decode(body))
        before = seal
    return Content(tuple(found), "", before.decode())


def _header_format(line: bytes) -> int:
    """The format that the first line names. (Whether its seal is right is not looked at here.)"""
    is_sealed = not line.endswith(b"}")
    event = decode(line.rpartition(b" ")[0] if is_sealed else line)
    if not isinstance(event, Header):
        raise Unreadable("the first line is no header")
    if event.format not in (UNSEALED, FORMAT):
        raise Unreadable(
            f"written in format {event.format}; this leakcheck reads formats {UNSEALED} and {FORMAT}",
            hint="Use the leakcheck version that wrote it, or run the audit again.",
        )
    if is_sealed != (event.format != UNSEALED):
        raise Unreadable("the first line is not as it was written")
    return event.format


def _read_unsealed(lines: Iterable[bytes]) -> Content:
    """Format 1: a line that does not close its object was cut by the end of its process, and is passed over."""
    whole = [line for line in lines if line.endswith(b"}") or not line.startswith(b"{")]
    return Content(tuple(decode(line) for line in whole), format=UNSEALED)


def _plain(record: Any) -> dict[str, Any]:
    return {spec.name: _plain_value(getattr(record, spec.name)) for spec in fields(record)}


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    if is_dataclass(value):
        return _plain(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def prepare() -> None:
    """Resolve the annotations that reading an order needs, so that no fork has to."""
    for cls in (Header, Order, Location):
        _hints(cls)


def _build(hint: Any, value: Any) -> Any:
    """`value` as an instance of `hint`; TypeError when it has another shape."""
    if is_dataclass(hint):
        hints = _hints(typing.cast(Hashable, hint))
        return typing.cast("type[Any]", hint)(**{key: _build(hints[key], item) for key, item in value.items()})
    origin = typing.get_origin(hint)
    if origin is tuple:
        return tuple(_build(typing.get_args(hint)[0], item) for item in _checked(value, list))
    if origin in (Union, types.UnionType):
        return _build_union(typing.get_args(hint), value)
    if origin is typing.Literal:
        return _one_of(typing.get_args(hint), value)
    if origin is not None:
        return {key: _checked(item, str) for key, item in _checked(value, dict).items()}
    return _number(value) if hint is float else _checked(value, hint)


def _number(value: Any) -> float:
    number = float(value) if type(value) is int else _checked(value, float)
    if not math.isfinite(number):
        raise TypeError(f"{number} is no number")
    return float(number)


def _build_union(options: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in options:
        return None
    return _build(next(option for option in options if option is not type(None)), value)


def _one_of(options: tuple[Any, ...], value: Any) -> Any:
    if value not in options:
        raise TypeError(f"{value!r} is none of {options}")
    return value


def _checked(value: Any, expected: type[Any]) -> Any:
    if type(value) is not expected:
        raise TypeError(f"{expected.__name__} expected, not {type(value).__name__}")
    return value
