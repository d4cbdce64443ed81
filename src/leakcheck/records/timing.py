"""Where the time of an audit went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """One phase of an audit, by the clock in `seconds`. `cpu` is what leakcheck itself took meanwhile. So many
    `nodes`, processes that import and are forked, became ready, for `node_cpu` seconds of CPU. Lanes stood idle
    for seconds that are added up: as something ran that nothing may run beside (`turns`), or as what was to be
    forked was not ready (`imports`). `executions` are those that ended."""

    name: str
    seconds: float
    cpu: float = 0.0
    nodes: int = 0
    node_cpu: float = 0.0
    turns: float = 0.0
    imports: float = 0.0
    executions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimingRow:
    """All phases of one name. `waiting` are seconds of idle lanes, `cpu` that of all processes; None where that was
    not recorded."""

    name: str
    executions: int
    tests: int
    seconds: float | None
    cpu: float | None
    waiting: float | None


@dataclass(frozen=True, slots=True)
class SlowTest:
    """A test in all executions: `runs` of it, which took so many `seconds` together."""

    test: str
    runs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SlowExecution:
    """One execution; `order` is the name of what it ran."""

    id: str
    order: str
    tests: int
    seconds: float
    cpu: float | None


@dataclass(frozen=True, slots=True)
class Shared:
    """State outside the processes that makes tests take turns: `what` is "file", "server" or "port"."""

    what: str
    names: tuple[str, ...]
    tests: int


@dataclass(frozen=True, slots=True)
class CpuShares:
    """Seconds of CPU: of executions that were forked, of those started from nothing, of processes that import and
    are forked, of leakcheck itself, and of the rest: forking, guarding and ending all these."""

    forked: float = 0.0
    fresh: float = 0.0
    nodes: float = 0.0
    own: float = 0.0
    rest: float = 0.0

    @property
    def total(self) -> float:
        return self.forked + self.fresh + self.nodes + self.own + self.rest


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time went. `cpu` is None where it was not recorded. `fresh` processes were started from nothing,
    and `nodes` to be forked. `exclusive` executions, of so many seconds, ran while nothing else did,
    because of `shared`; lanes stood idle for them for `turns` seconds, and for `imports` seconds as nothing
    was ready."""

    seconds: float = 0.0
    lanes: int = 1
    rows: tuple[TimingRow, ...] = ()
    cpu: CpuShares | None = None
    fresh: int = 0
    nodes: int = 0
    exclusive: int = 0
    exclusive_seconds: float = 0.0
    turns: float = 0.0
    imports: float = 0.0
    shared: tuple[Shared, ...] = ()
    slow_tests: tuple[SlowTest, ...] = ()
    slow_executions: tuple[SlowExecution, ...] = ()


NO_TIMING = Timing()
