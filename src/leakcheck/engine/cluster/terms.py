"""What the host and a worker's engine tell one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

READY, END, CANCEL = "ready", "end", "cancel"
"""Words between a worker and its engine: it is up; put back what was changed, and end; nobody waits for (this, tag)
any more."""


@dataclass(frozen=True)
class Terms:
    """What all workers of one audit have in common. `python` is "" where the worker's own interpreter is the
    project's. `places` are the host's folders, by what they are for."""

    audit: str
    args: tuple[str, ...]
    paths: tuple[str, ...]
    python: str
    folder: str
    salt: str
    show_values: bool
    may_fork: bool
    test_seconds: float
    execution_seconds: float
    places: Mapping[str, str]
    databases: str = ""


@dataclass(frozen=True)
class Seen:
    """What is at a place where executions are to run, as far as it can make outcomes others. `sources` are digests
    by path, `found` are distributions and their versions. `worker` is who tells."""

    leakcheck: str
    python: str
    found: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    project: str = ""
    worker: str = ""


@dataclass(frozen=True)
class Asked:
    """One execution: `header` is the first line of its segment. `launcher` and `shared` are how the host stands:
    how the suite is collected, and why nothing has a copy of its own any more, "" if it has."""

    tag: str
    mode: str
    header: bytes
    args: tuple[str, ...] | None = None
    launcher: str = "pytest"
    shared: str = ""


@dataclass(frozen=True)
class Answer:
    """One execution that has ended: its segment, what its process has printed, and what others have done to
    processes meanwhile."""

    tag: str
    segment: bytes
    log: str = ""
    incidents: tuple[str, ...] = ()
    refusal: bytes = b""


@dataclass(frozen=True)
class At:
    """An execution goes on: so many of its tests have begun, and whether one is about to change files."""

    tag: str
    tests: int
    touches: bool


@dataclass(frozen=True)
class Over:
    """The engine of a worker has ended; what it has to tell of files, (topic, text), and the CPU
    seconds that it and its processes took."""

    notes: tuple[tuple[str, str], ...] = ()
    cpu: float = 0.0


@dataclass(frozen=True)
class Failed:
    """It cannot go on, and why, for a person."""

    text: str


Told = Answer | At | Over | Failed
