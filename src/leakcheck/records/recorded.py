"""What executions are made of: tests, orders, changes, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from leakcheck.records.kinds import UNKNOWN, Kind
from leakcheck.records.locations import Location
from leakcheck.records.questions import (
    Control,
    DeepLook,
    DeepPutBack,
    Drawn,
    OrderKind,
    Pinpoint,
    Printed,
    PutBack,
    Question,
    Seeded,
    Used,
    Whole,
    kind_of,
    title,
)
from leakcheck.records.sightings import Sighting, Source
from leakcheck.records.topics import Topic

Outcome = Literal[
    "passed", "failed", "error", "skipped", "xfailed", "xpassed", "crashed", "timeout", "not run", "unknown"
]
Status = Literal["finished", "crashed", "timeout", "stopped", "lost", "refused"]
Phase = Literal["setup", "call", "teardown", "import"]

WARM = "warm"
"""The engine of a plain pytest run in a fork of a process that has imported installed packages and nothing else."""
NO_VALUE = "absent"
"""How a change tells a value that is not there."""
QUIET_FILES = ".hypothesis"
"""Part of the names of files that tools write beside the tests: no state of the project."""
OWN_FILE, OWN_PORT = "own file", "own port"
"""A file as only one execution sees it, a port in a network of its own: nobody else meets what is changed there,
and nothing is put back."""
EPHEMERAL = 32_768
"""From this number on, systems choose ports themselves, and tests others each time."""


def port_number(address: str) -> int:
    """Of an address such as `127.0.0.1:8000`; 0 if it has none."""
    number = address.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdecimal() else 0


BAD_OUTCOMES = frozenset({"failed", "error", "crashed", "timeout"})
GOOD_OUTCOMES = frozenset({"passed", "skipped", "xfailed", "xpassed"})


@dataclass(frozen=True, slots=True)
class PathChange:
    """One difference inside a value; `path` is empty when the value as a whole differs."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A location whose value differs from what it was before its cause came.

    `lifetime` is what made it and should have undone it: "test", "fixture" or "import". `reach` tells who can
    still see it: "suite", or the scope of the live fixture that owns it. `internal` marks a difference found
    only inside objects of third parties. `digest` names the value left behind, equal across processes. `over` is
    the scope of the live fixture whose value it replaced or took away; "" where no fixture had set one.
    """

    location: Location
    before: str
    after: str
    digest: str
    before_digest: str = ""
    paths: tuple[PathChange, ...] = ()
    sources: tuple[Source, ...] = ()
    lifetime: str = "test"
    cause: str = ""
    reach: str = "suite"
    internal: bool = False
    over: str = ""

    @property
    def from_nothing(self) -> bool:
        """Whether there was no value before, or None in its place."""
        return self.before in (NO_VALUE, str(None))


@dataclass(frozen=True, slots=True, order=True)
class Renewed:
    """A location to which a fixture of this `scope` gave another value, while it was set up in some test. `before`:
    that test consulted what had stood there. `behind`: it consulted what the fixture had set, as it does wherever
    the fixture was set up in another test before."""

    location: Location
    scope: str
    before: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True, order=True)
class FixtureError:
    """An error at the teardown of a fixture that is wider than a test, or of a collector. `where` is the file that
    defines it, or the node that it belongs to; a collector has neither that nor a scope. `error` is the type of the
    exception, `file` and `line` are its place."""

    fixture: str
    scope: str
    where: str
    error: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TestRun:
    """One test in one execution. `crash` is exception and place of a failure, without any value. `wider` are errors
    of fixtures that several tests share: pytest told them with this test, and they are no part of its outcome.
    `sightings` are what observers of hazards saw meanwhile."""

    __test__ = False

    test: str
    outcome: Outcome
    phases: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    crash: str = ""
    reads: tuple[Location, ...] = ()
    changes: tuple[Change, ...] = ()
    finalised: tuple[Change, ...] = ()
    again: Outcome | None = None
    wider: tuple[FixtureError, ...] = ()
    renewed: tuple[Renewed, ...] = ()
    sightings: tuple[Sighting, ...] = ()

    @property
    def bad(self) -> bool:
        return self.outcome in BAD_OUTCOMES

    @property
    def good(self) -> bool:
        return self.outcome in GOOD_OUTCOMES


@dataclass(frozen=True, slots=True)
class Order:
    """A sequence of tests to run in one process, and the `question` that this answers.

    `collect` are the files that its process imports; empty means the whole suite. No `tests` means all that are
    collected but `without`: in declared order or, with a seed, in the order that the project's own shuffling plugin
    makes of it. `repeat` tells executions of one order apart. `exclusive` asks that nothing else runs meanwhile.
    `watch` are untracked locations to look at after every test.
    """

    question: Question
    tests: tuple[str, ...]
    collect: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    repeat: int = 0
    exclusive: bool = False
    watch: tuple[Location, ...] = ()

    @property
    def kind(self) -> OrderKind:
        """What reports call it."""
        return kind_of(self.question)

    @property
    def name(self) -> str:
        """A name for people."""
        return title(self.question, self.tests)

    @property
    def seed(self) -> int | None:
        """Of a random order, or of the sequence that one would have."""
        return self.question.seed if isinstance(self.question, Whole | Drawn) else None

    @property
    def is_backward(self) -> bool:
        """Whether this is the reverse of a random order."""
        return isinstance(self.question, Whole) and self.question.backwards

    @property
    def follows_imports(self) -> bool:
        """Whether the import of other files is looked into, or undone, before the next file is imported."""
        return bool(self.collect) and isinstance(self.question, PutBack | DeepLook | DeepPutBack | Pinpoint)

    @property
    def is_plain(self) -> bool:
        """Whether it is run by plain pytest, in a process of its own, without the recorder."""
        return isinstance(self.question, Control | Printed | Seeded | Used)


class Met(NamedTuple):
    """State outside the process that a test has met: `what` is "file", "own file", "server", "port", "own port" or
    "driver". `test` is "" for what happened before the first. `fixture` is the one that did so, if several tests
    share it; "?" if somebody else may have done it for several."""

    test: str
    what: str
    name: str
    fixture: str = ""

    @property
    def may_be_chosen(self) -> bool:
        """Whether it is a port that may have been taken because it was free: the next execution has another one."""
        return self.what in ("port", OWN_PORT) and port_number(self.name) >= EPHEMERAL


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling, of an execution or of an audit. `topic` is one of `records.topics.Topic`."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class NotRun:
    """What the budget of an audit did not suffice for, where it should have come in any case: tests that never ran
    `alone`, and the names of `orders` of the whole suite that were not run to their end."""

    alone: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


ALL_RUN = NotRun()


@dataclass(frozen=True, slots=True)
class Execution:
    """One order, run once, in one process. `outside` is what tests have met of state that no fork undoes. `deep` is
    what a deep look found; the cause of each change is the test that made it. `modules` are those of the project
    that were loaded in the end, `names` what can have been read in them, by the names in the code that ran; "" if
    that is not known. `cpu` are the seconds that its process, and those which that has started, took; None if that
    was not recorded."""

    id: str
    order: Order
    status: Status
    runs: tuple[TestRun, ...]
    seconds: float = 0.0
    notes: tuple[Note, ...] = ()
    engine: str = "fork"
    outside: tuple[Met, ...] = ()
    deep: tuple[Change, ...] = ()
    modules: tuple[str, ...] = ()
    names: str = ""
    cpu: float | None = None

    def outcome(self, test: str) -> Outcome:
        """The outcome of `test`, "not run" when the execution never came to it."""
        return next((run.outcome for run in reversed(self.runs) if run.test == test), "not run")

    def tells(self, topic: Topic) -> bool:
        """Whether there is a note about `topic`."""
        return any(note.topic == topic for note in self.notes)


@dataclass(frozen=True, slots=True)
class Mark:
    """`@pytest.mark.leakcheck(...)` on a test. `where` is what carries it: the test, its class or its file; `wrong`
    tells what is wrong with its arguments, "" if nothing is."""

    where: str
    ignore: tuple[str, ...] = ()
    reason: str = ""
    depends_on: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class TestItem:
    """One collected test: its id, the file that collects it, and its line (1-based, 0 when unknown). `shared`
    are the names of the fixtures that it asks for and other tests may as well."""

    __test__ = False

    id: str
    file: str
    line: int = 0
    groups: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """What pytest collected, and with what. `kinds` has each kind of state that is watched; `problems` tells which
    probes of others could not be used. `sightings` are what observers of hazards saw before the first test."""

    rootdir: str
    args: tuple[str, ...]
    tests: tuple[TestItem, ...]
    python: str = ""
    pytest: str = ""
    plugins: tuple[str, ...] = ()
    neutralised: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    import_changes: tuple[Change, ...] = ()
    launcher: str = "pytest"
    extra: tuple[str, ...] = ()
    invocation: str = "."
    problems: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()

    def kind(self, location: Location) -> Kind:
        """The kind of state that is at this location."""
        return self.kinds.get(location.kind, UNKNOWN)

    def tracks(self, location: Location) -> bool:
        """Whether it is known who reads this location."""
        return self.kind(location).tracking == "tracked"

    def compares(self, location: Location) -> bool:
        """Whether a change of this location matters until it is shown that it does not."""
        return self.kind(location).tracking == "compared"

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(test.id for test in self.tests)
