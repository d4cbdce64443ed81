"""The wire and disk format: one JSON object a line, append-only, plain data only.

A *segment* is one file of events. Its first line is a `Header` with the number of the format; whoever reads
an unknown number stops with a clear error. History of the format:

1. First format. Lines are JSON objects and nothing else.
2. Each line ends with a seal: a checksum of the line and of the seal before it. So a line that was damaged, left
   out, doubled or moved is told from what was recorded; what stands before it is as it was written. The segment
   `audit` lists the executions that ended, each with the last seal of its segment (`Ended`), and those that are no
   evidence (`Disowned`). Format 1 is still read.
3. An order says what it asks (`question`), where it had a kind, a name and flags; a kind of state says what its
   probe declares. Formats 1 and 2 are still read.

Events and fields with a default may be added to a format: what an older audit lacks is as the default says. A newer
audit in an older leakcheck is an event that it does not know, and told as such.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from leakcheck.records import Change, Excerpt, Note, NotRun, Order, Suite, TestRun
from leakcheck.records.timing import PhaseTimes

FORMAT = 3
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
    """An audit began: by which leakcheck, with which options and arguments, of which revision of the project."""

    leakcheck: str
    created: str
    options: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """An audit that was not finished, or had spent its budget, goes on: everything is asked again, and what was
    executed is not executed again. `seconds` is how long it had taken until then, `options` those that are others
    from now on."""

    created: str
    seconds: float = 0.0
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """The audit is a shard: it is about these tests."""

    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """The audit is put together of so many `shards`, those with the numbers in `there`. `holes` tell, in sentences,
    what is missing, and `unseen` are the tests of that; `asked` says whether what only the whole can ask was asked.
    """

    shards: int
    there: tuple[int, ...] = ()
    holes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    asked: bool = False


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
class FellBack:
    """The audit runs each order in a new process from now on: `why` is one of `records.topics.Fallback`."""

    why: str


@dataclass(frozen=True, slots=True)
class Investigated:
    """Further executions were asked for about this test. Told in the segment `audit`, of a finished audit."""

    test: str


@dataclass(frozen=True, slots=True)
class Outside:
    """State outside the process: `what` is "file" (about to change; `copy` is where what stood there was kept, ""
    when nothing did, "?" when it could not be kept), "server", "port" or "driver" (loaded, and may touch these
    unseen); `at` is a monotonic time. "own file" and "own port" are such that no other execution meets. "settled"
    is a file that imports have changed: its `copy` is the `signature` that it has when the first test begins.
    `test` is the one that forked the process which tells this; "" for the test that is running. `root` is the
    folder that the file counts for: the rootdir, or the temporary folder; `kind` is that of the copy, as in a
    mode. `proof` shows that a process of this audit tells it: nothing is put back without. `fixture` is the one
    that was being set up or torn down meanwhile, if several tests share it; "?" where it was pytest or a plugin,
    who may do it once for several.

    What one test after the other touches is told for each of them; as what it was counts what is told first."""

    what: str
    name: str
    copy: str = ""
    at: float = 0.0
    test: str = ""
    root: str = ""
    kind: int = 0
    proof: str = ""
    fixture: str = ""

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
    are those of the project that are loaded, `names` what the code that ran can have read (`records.name_sets`); ""
    where that is not known."""

    changes: tuple[Change, ...]
    modules: tuple[str, ...] = ()
    names: str = ""


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
    """Written by the engine when the process is gone. `changed` is, by name, what it had changed and is put
    back; `why` is what ended it, in words. `cpu` are the seconds that the process, and those which it has started,
    took; None if that is not known."""

    status: str
    code: int | None
    seconds: float
    engine: str = "fork"
    changed: tuple[str, ...] = ()
    why: str = ""
    cpu: float | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """The CPU seconds of a session of an audit when its last process had ended: those of the controller itself, and
    those of all `processes` that it had started. Told in the segment `audit`."""

    own: float
    processes: float


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
    | Share
    | Merged
    | Sources
    | Excerpts
    | Collected
    | Shuffled
    | Started
    | Finished
    | Again
    | Note
    | NotRun
    | FellBack
    | Investigated
    | Outside
    | Deep
    | Stopped
    | Completed
    | Exit
    | PhaseTimes
    | Spent
    | Ended
    | Disowned
)
"""What stands before the first line."""
_NAME, _NAMED = b'{"event":"', 40
"""How a line begins, and so many bytes of it hold the name of its event."""


def name_of(line: bytes) -> str:
    """The name of a line's event, as far as its first bytes tell; "" if they do not. Nothing else is decoded: lines
    may be long, and most of them need not be understood."""
    head, mark, rest = line[:_NAMED].partition(_NAME)
    return rest.partition(b'"')[0].decode("ascii", "replace") if mark and not head else ""
