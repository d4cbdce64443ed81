"""What can become of the files of an audit, and an audit in memory to read them from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from leakcheck.errors import Unreadable
from leakcheck.store import AuditFolder
from leakcheck.wire import events, segments

Files = dict[str, bytes]
"""tag → content of its segment."""
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), "", "\ud800", "\x00", "x" * 5000, [], {}, [[]],
    {"event": "exit"}, [None] * 50, "passed", "e00001", "../../etc/passwd", "<script>", "]]>", "\x1b[31m",
)  # fmt: skip


class InMemory(AuditFolder):
    """An audit whose segments are not on a disk."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(Path("audit"))
        self._files = files

    def tags(self, prefix: str = "") -> list[str]:
        return sorted(tag for tag in self._files if tag.startswith(prefix))

    def content(self, tag: str) -> segments.Content:
        if tag not in self._files:
            raise Unreadable(f"cannot read {tag}: No such file or directory")
        return _read(self._files[tag])

    def has_kept(self, tag: str) -> bool:
        return False


@cache
def _read_good(data: bytes) -> segments.Content:
    return segments.read_segment(data)


def _read(data: bytes) -> segments.Content:
    return _read_good(data) if data in KNOWN else segments.read_segment(data)


KNOWN: set[bytes] = set()
"""Contents that are read again and again."""


def stored(folder: Path) -> Files:
    """The segments of the audit in `folder`."""
    files = {path.stem: path.read_bytes() for path in folder.glob("*.jsonl")}
    KNOWN.update(files.values())
    return files


def mutated(files: Files, chance: Random) -> Files:
    """`files`, one to three times damaged."""
    damaged = dict(files)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        tag = chance.choice(sorted(damaged))
        chance.choice(MUTATIONS)(damaged, tag, chance)
    return damaged


def of_bytes(change: Callable[[bytes, Random], bytes]) -> Callable[[Files, str, Random], None]:
    def mutation(files: Files, tag: str, chance: Random) -> None:
        files[tag] = change(files[tag], chance)

    return mutation


def of_lines(change: Callable[[list[bytes], Random], None]) -> Callable[[Files, str, Random], None]:
    def mutation(files: Files, tag: str, chance: Random) -> None:
        lines = files[tag].splitlines(keepends=True)
        if lines:
            change(lines, chance)
        files[tag] = b"".join(lines)

    return mutation


def _flip(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _letter(data: bytes, chance: Random) -> bytes:
    """A letter or digit inside becomes another: what was JSON stays JSON."""
    places = [place for place in range(len(data)) if data[place : place + 1].isalnum()] if len(data) < 4000 else []
    place = chance.choice(places) if places else chance.randrange(max(1, len(data)))
    return data[:place] + chance.choice(b"abcdefghz0123456789").to_bytes() + data[place + 1 :]


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _noise(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    what = chance.choice(
        (b"\0", b"\0" * 4096, b"\xff\xfe", b"\n", b"[" * 100_000, b"}", b"\r", chance.randbytes(20))
    )
    return data[:place] + what + data[place:]


def _hole(data: bytes, chance: Random) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + chance.choice((b"", b"\0" * (end - start))) + data[end:]


def _drop(lines: list[bytes], chance: Random) -> None:
    del lines[chance.randrange(len(lines))]


def _double(lines: list[bytes], chance: Random) -> None:
    number = chance.randrange(len(lines))
    lines.insert(chance.randrange(len(lines) + 1), lines[number])


def _swap(lines: list[bytes], chance: Random) -> None:
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _end(lines: list[bytes], chance: Random) -> None:
    """Whole lines are gone from the end: every seal that is left is right."""
    del lines[chance.randrange(len(lines)) :]


def _value(lines: list[bytes], chance: Random) -> None:
    number = chance.randrange(len(lines))
    body, space, seal = lines[number].rpartition(b" ")
    lines[number] = replaced(body, chance) + space + seal


def replaced(body: bytes, chance: Random) -> bytes:
    """A JSON object with one of its values, at any depth, replaced by an odd one."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return body
    place: Any = whole
    while isinstance(place, dict | list) and place:
        key = chance.choice(sorted(place)) if isinstance(place, dict) else chance.randrange(len(place))
        if not isinstance(place[key], dict | list) or not place[key] or chance.random() < 0.2:
            place[key] = chance.choice(ODD_VALUES)
            break
        place = place[key]
    return json.dumps(whole, separators=(",", ":")).encode()


def _remove(files: Files, tag: str, chance: Random) -> None:
    if len(files) > 1:
        del files[tag]


def _copy(files: Files, tag: str, chance: Random) -> None:
    """Another name for the same, or the content of another."""
    files[chance.choice((*files, "e99999", "control99999", "suite-before", "node99999"))] = files[tag]


def _exchange(files: Files, tag: str, chance: Random) -> None:
    other = chance.choice(sorted(files))
    files[tag], files[other] = files[other], files[tag]


MUTATIONS: tuple[Callable[[Files, str, Random], None], ...] = (
    *map(of_bytes, (_flip, _flip, _letter, _letter, _cut, _noise, _hole)),
    *map(of_lines, (_drop, _double, _swap, _end, _value, _value)),
    _remove,
    _copy,
    _exchange,
)


def forged(files: Files, chance: Random) -> Files:
    """`files` with a value replaced, and every seal made anew: nobody can tell, but nothing may break."""
    damaged = dict(files)
    tag = chance.choice(sorted(files))
    data = b""
    lines = files[tag].splitlines()
    changed = chance.randrange(len(lines))
    ended = [each for each in segments.read_segment(files["audit"]).events if isinstance(each, events.Ended)]
    for number, line in enumerate(lines):
        body = line.rpartition(b" ")[0]
        data += resealed(replaced(body, chance) if number == changed else body, data)
    damaged[tag] = data
    if tag in {each.execution for each in ended}:
        audit = b""
        for line in files["audit"].splitlines():
            body = line.rpartition(b" ")[0]
            if f'"execution":"{tag}"'.encode() in body:
                body = json.dumps({"event": "ended", "execution": tag, "seal": data[-9:-1].decode()}).encode()
            audit += resealed(body, audit)
        damaged["audit"] = audit
    return damaged


def resealed(body: bytes, before: bytes) -> bytes:
    return segments.seal_line(body, segments.last_seal(before))
