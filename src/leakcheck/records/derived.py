"""What analysis derives from executions, and reports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leakcheck.records.findings import Finding
from leakcheck.records.kinds import UNKNOWN, Kind
from leakcheck.records.locations import Location
from leakcheck.records.proven_fixes import ProvenFix
from leakcheck.records.questions import OrderKind
from leakcheck.records.recorded import PathChange, Suite, TestRun
from leakcheck.records.sightings import Source
from leakcheck.records.timing import NO_TIMING, Timing

Verdict = Literal[
    "stable",
    "victim",
    "brittle",
    "self-polluting",
    "flaky",
    "failing",
    "crashing",
    "timeout",
    "skipped",
    "unknown",
]
Effect = Literal["breaks", "enables", "cleans", "reads"]
Impact = Literal["broken", "read", "latent"]

ORDER_DEPENDENT: tuple[Verdict, ...] = ("victim", "brittle", "self-polluting")


@dataclass(frozen=True, slots=True)
class TestVerdict:
    """One test over all executions. `outcomes` is keyed by the order's name, in the order of execution. `seen`
    tells which executions of one order disagreed about it; `reproduce` are plain commands that show that, if any
    do."""

    __test__ = False

    id: str
    verdict: Verdict
    roles: tuple[str, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    crash: str = ""
    seen: str = ""
    reproduce: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlsoLeft:
    """What the lines of a leak change beside its location."""

    location: Location
    before: str
    after: str
    kind: Kind = UNKNOWN


@dataclass(frozen=True, slots=True)
class Leak:
    """All changes of one location through the same lines: one root cause. `id` is "L1", "L2", ...; `kind` is what
    is known about such state; `also` is what the same lines leave elsewhere."""

    id: str
    location: Location
    impact: Impact
    polluters: tuple[str, ...]
    victims: tuple[str, ...]
    readers: tuple[str, ...]
    sources: tuple[Source, ...]
    before: str
    after: str
    path: str | None = None
    paths: tuple[PathChange, ...] = ()
    reach: str = "suite"
    internal: bool = False
    kind: Kind = UNKNOWN
    also: tuple[AlsoLeft, ...] = ()

    @property
    def locations(self) -> tuple[Location, ...]:
        """Everything that it leaves, that which it is named by first."""
        return (self.location, *(each.location for each in self.also))


@dataclass(frozen=True, slots=True)
class Edge:
    """polluters -> test. `witness` is the minimal order; `counterfactual` whether putting back the leaked
    location alone undoes the effect, None when that could not be tried. `executions` are the evidence."""

    polluters: tuple[str, ...]
    test: str
    effect: Effect
    leak: str | None
    witness: tuple[str, ...]
    confirmed: bool
    counterfactual: bool | None
    reproduce: str
    executions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A difference that no edge explains, with the shortest order known to show it."""

    test: str
    witness: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was covered: pairs of a leaked value and a test that reads its location.

    `covered_by` counts them by the execution that first showed each: an order's name, "isolated", "pairs" or
    "confirm". `budget` is what the search was allowed, in the user's words. `kinds` tells how each was watched,
    and `limits`, in sentences, what the `profile` does not cover. `economies` tell, in sentences too, what was
    covered by fewer or cheaper executions than a thorough audit would have made. `never_alone` are tests that
    the budget did not suffice for, or that no collection finds by their names; `orders_not_run` are names of orders
    of the whole suite that it did not suffice for. So many tests ran
    `alone` in a process, so many only `in_rows`: behind tests of their file that had left nothing.
    """

    pairs_total: int
    pairs_covered: int
    unexplained: tuple[Unexplained, ...]
    kinds: Mapping[str, str]
    budget_exhausted: bool
    covered_by: Mapping[str, int] = field(default_factory=dict)
    budget: str = ""
    profile: str = "standard"
    limits: tuple[str, ...] = ()
    economies: tuple[str, ...] = ()
    never_alone: tuple[str, ...] = ()
    orders_not_run: tuple[str, ...] = ()
    alone: int = 0
    in_rows: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """What decided on the exit code. `fail_on` is the least severity that counts, or "never".

    `baseline` is the file of what is known, "" if there is none, and `fixed` its lines that hold no longer.
    `remarks` are sentences on rules and marks that should be looked at again.
    """

    fail_on: str = "error"
    baseline: str = ""
    fixed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to fix. `id` is "F1", "F2", ..., the one that frees most tests first.

    `leaks` are what it ends: one leak, or all that one fixture or line leaves; none where a brittle test shall make
    what it needs. `frees` are order-dependent tests of which every confirmed set of polluters needs one of these
    leaks, `touches` those that other polluters hurt as well, `exposes` brittle tests that these leaks let pass.
    `lines` is how many lines wrote what it ends; `file` and `line` are the first.
    """

    id: str
    leaks: tuple[str, ...]
    file: str
    line: int
    fixture: str | None
    frees: tuple[str, ...]
    touches: tuple[str, ...]
    exposes: tuple[str, ...]
    advice: str
    lines: int = 1


@dataclass(frozen=True, slots=True)
class JointFix:
    """Tests that no single fix frees, and fixes that free them together; `enough` is False where some polluters of
    theirs leak what leakcheck cannot name."""

    tests: tuple[str, ...]
    fixes: tuple[str, ...]
    enough: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """A leaked value at a location that the test reads. `by` are the tests each of which leaves it, `shown` is the
    order that put it in front of the test: its name, or "pairs" or "confirm"; "" if none did."""

    location: Location
    by: tuple[str, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Trial:
    """`executions` are those in which the test ran, `alone` how often it ran alone, `tried` the leaked values that
    it reads, and `open` what the audit has not settled about it, in words. `apart`: it changes files, in executions
    that have their own view of these."""

    test: str
    executions: int
    alone: int
    tried: tuple[Tried, ...]
    open: tuple[str, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """One order for the reports; isolated runs are one row together."""

    name: str
    kind: OrderKind
    seed: int | None
    outcomes: Mapping[str, int]
    reproduce: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What the audit cost, in seconds and counts. CPU seconds are those of trees of processes: of plain pytest
    and what it had started, and of leakcheck and all that it had started; 0 if they were not recorded."""

    plain_seconds: float
    audit_seconds: float
    executions: int
    test_executions: int
    processes: int
    forks: int
    plain_cpu_seconds: float = 0.0
    audit_cpu_seconds: float = 0.0

    @property
    def cpu_ratio(self) -> float:
        """How many plain runs the audit was, in CPU; 0 if that is not known."""
        known = self.plain_cpu_seconds > 0 and self.audit_cpu_seconds > 0
        return self.audit_cpu_seconds / self.plain_cpu_seconds if known else 0.0

    @property
    def wall_ratio(self) -> float:
        """The same by the clock on the wall, where plain pytest ran beside something else."""
        return self.audit_seconds / self.plain_seconds if self.plain_seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of one of the project's own files; `first` is the number of the first."""

    file: str
    first: int
    lines: tuple[str, ...]

    def shows(self, file: str, line: int) -> bool:
        return self.file == file and self.first <= line < self.first + len(self.lines)


@dataclass(frozen=True, slots=True)
class Made:
    """How an audit came about: the command, when it began (ISO 8601), the revision of the project; "" where that
    is not known. Whether it was `merged` of shards: then nothing but a merge of all of them goes on with it."""

    command: str = ""
    created: str = ""
    revision: str = ""
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that a report shows.

    `groups` are tests each of which hurts all others of its group, be it through others. `runs` has one run of each
    test: alone if it ever ran alone, else the first. `excerpts` hold the lines that wrote, as they were when the
    audit ended. `timing` tells where the time went, `proven_fixes` are what `leakcheck fix` has proven since.
    `made` is how the audit came about.
    """

    leakcheck: str
    suite: Suite
    engine: str
    lanes: int
    cost: Cost
    orders: tuple[OrderSummary, ...]
    tests: tuple[TestVerdict, ...]
    leaks: tuple[Leak, ...]
    edges: tuple[Edge, ...]
    findings: tuple[Finding, ...]
    certificate: Certificate
    verdict: Literal["order-dependent", "leaking", "clean"]
    exit_code: int
    notes: tuple[str, ...] = ()
    gate: Gate = Gate()
    fixes: tuple[Fix, ...] = ()
    joint_fixes: tuple[JointFix, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    runs: tuple[TestRun, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    timing: Timing = NO_TIMING
    proven_fixes: tuple[ProvenFix, ...] = ()
    made: Made = Made()
