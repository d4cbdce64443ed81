"""What the engine and the tree of forks tell each other, and why a process refuses to audit.

A message is one line: a JSON object with the name of its class as "message". Commands go down one pipe to the root,
which hands on what is for a node; a closed pipe means: no more work. Replies come up one pipe that all processes
share: they are shorter than PIPE_BUF, so that lines of several writers do not mix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from leakcheck.errors import Unreadable
from leakcheck.wire.flat import Flat, from_json, to_json

ROOT = "root"
"""The name by which the root says that it is ready."""
What = Literal["node", "run"]
"""What was forked: a process that collects, or one that runs an order."""


@dataclass(frozen=True, slots=True)
class OpenNode:
    """To the root: fork a node that collects these files, the whole suite if there are none."""

    node: str
    collect: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseNode:
    """To the root: that node gets no more work."""

    node: str


@dataclass(frozen=True, slots=True)
class RunOrder:
    """To a node, by way of the root: fork the execution `run`."""

    node: str
    run: str


@dataclass(frozen=True, slots=True)
class Up:
    """A child was forked, and leads a process group of its own."""

    what: What
    tag: str
    pid: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A node has collected, or the root has loaded what all have in common, in so many seconds of `cpu`."""

    node: str
    pid: int
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Gone:
    """A child has ended; `status` is a wait status, -1 where it is not known, and `cpu` are the seconds that it and
    what it had started took."""

    what: What
    tag: str
    pid: int
    status: int
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A process cannot audit: there is no pytest, or it or Python is too old. `found` is the version that is there.

    `boot.py` writes it by hand: a Python that is too old cannot import this package.
    """

    reason: Literal["no pytest", "old pytest", "old python"]
    found: str = ""


Command = OpenNode | CloseNode | RunOrder
Reply = Up | Ready | Gone
Message = Command | Reply | Refused
M = TypeVar("M")

_NAMES: dict[type[Any], str] = {
    OpenNode: "open",
    CloseNode: "close",
    RunOrder: "run",
    Up: "up",
    Ready: "ready",
    Gone: "gone",
    Refused: "refused",
}
_FLAT: dict[str, Flat[Any]] = {name: Flat(cls) for cls, name in _NAMES.items()}


def encode(message: Message) -> bytes:
    """One line, with its end."""
    name = _NAMES[type(message)]
    return f"{to_json({'message': name, **_FLAT[name].plain(message)})}\n".encode("ascii")


def decode(line: bytes) -> Message:
    """The message of one line; `Unreadable` if it is none."""
    body = from_json(line)
    flat = _FLAT.get(str(body.pop("message", "")))
    if flat is None:
        raise Unreadable(f"no message: {line[:200].decode('ascii', 'replace')}")
    message: Message = flat.read(body)
    return message


class Inbox(Generic[M]):
    """Messages of some kinds out of what a pipe gives, which may be any part of a line."""

    def __init__(self, *kinds: type[M]) -> None:
        self._kinds = kinds
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[M]:
        """The messages that `data` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message = decode(line)
            if not isinstance(message, self._kinds):
                raise Unreadable(f"not expected here: {type(message).__name__}")
            yield message


def command_inbox() -> Inbox[Command]:
    """For what the engine says."""
    return Inbox[Command](OpenNode, CloseNode, RunOrder)


def reply_inbox() -> Inbox[Reply]:
    """For what the tree of forks says."""
    return Inbox[Reply](Up, Ready, Gone)
