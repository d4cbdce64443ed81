"""Where the time of an audit went: pure in its executions, and in what was noted of its phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leakcheck.records import QUIET_FILES, WARM, Execution
from leakcheck.records.timing import CpuShares, PhaseTimes, Shared, SlowExecution, SlowTest, Timing, TimingRow

CONTROL, OTHERS, BETWEEN = "control", "others", "between"
"""Rows for what belongs to no phase: plain pytest, executions of which no phase is known, and what lies between."""
MOST = 5
_TURNS = ("file", "server", "port")
_FORKED = ("fork", WARM)


@dataclass(frozen=True)
class Measured:
    """`executions` that recorded, and `control` ones; `cpu` is (of leakcheck itself, of all that it had started),
    None if that is not known."""

    executions: Sequence[Execution]
    control: Sequence[Execution]
    phases: Sequence[PhaseTimes]
    cpu: tuple[float, float] | None
    seconds: float
    lanes: int


def timing(found: Measured) -> Timing:
    """What `leakcheck report --timing` tells."""
    every = [*found.executions, *found.control]
    exclusive = [each for each in found.executions if each.order.exclusive]
    return Timing(
        seconds=found.seconds,
        lanes=found.lanes,
        rows=tuple(_rows(found)),
        cpu=_shares(found, every),
        fresh=sum(each.engine != "fork" for each in every),
        nodes=sum(phase.nodes for phase in found.phases),
        exclusive=len(exclusive),
        exclusive_seconds=round(sum(each.seconds for each in exclusive), 3),
        turns=_sum(phase.turns for phase in found.phases),
        imports=_sum(phase.imports for phase in found.phases),
        shared=tuple(_shared(found.executions)),
        slow_tests=_slow_tests(found.executions),
        slow_executions=tuple(map(_slow, sorted(every, key=lambda each: -each.seconds)[:MOST])),
    )


def _rows(found: Measured) -> Iterator[TimingRow]:
    """A row for each phase in the order of their beginnings, and rows for the rest, each if there is any."""
    known = {each.id: each for each in found.executions}
    by_name: dict[str, list[PhaseTimes]] = defaultdict(list)
    for phase in found.phases:
        by_name[phase.name].append(phase)
    if found.control:
        yield _row(CONTROL, found.control, _sum(each.seconds for each in found.control), _cpu_of(found.control))
    for name, phases in by_name.items():
        ran = [known.pop(each) for phase in phases for each in phase.executions if each in known]
        cpu = _cpu_of(ran, sum(phase.cpu + phase.node_cpu for phase in phases))
        waiting = sum(phase.turns + phase.imports for phase in phases)
        yield _row(name, ran, _sum(phase.seconds for phase in phases), cpu, _sum([waiting]))
    if known:
        yield _row(OTHERS, list(known.values()), None, _cpu_of(list(known.values())))
    if found.phases:
        seconds = max(0.0, found.seconds - sum(phase.seconds for phase in found.phases))
        own = None if found.cpu is None else max(0.0, found.cpu[0] - sum(phase.cpu for phase in found.phases))
        yield TimingRow(BETWEEN, 0, 0, round(seconds, 3), None if own is None else round(own, 3), None)


def _row(
    name: str, ran: Sequence[Execution], seconds: float | None, cpu: float | None, waiting: float | None = None
) -> TimingRow:
    return TimingRow(name, len(ran), sum(len(each.runs) for each in ran), seconds, cpu, waiting)


def _cpu_of(ran: Iterable[Execution], more: float = 0.0) -> float | None:
    """Seconds of CPU of all of them; None if one was not measured."""
    each = [execution.cpu for execution in ran]
    told = [cpu for cpu in each if cpu is not None]
    return _sum([*told, more]) if len(told) == len(each) else None


def _shares(found: Measured, every: Sequence[Execution]) -> CpuShares | None:
    if found.cpu is None:
        return None
    own, processes = found.cpu
    forked = sum(each.cpu or 0.0 for each in every if each.engine in _FORKED)
    fresh = sum(each.cpu or 0.0 for each in every if each.engine not in _FORKED)
    nodes = sum(phase.node_cpu for phase in found.phases)
    rest = max(0.0, processes - forked - fresh - nodes)
    return CpuShares(*(round(each, 3) for each in (forked, fresh, nodes, own, rest)))


def _shared(executions: Iterable[Execution]) -> Iterator[Shared]:
    names: Mapping[str, dict[str, None]] = defaultdict(dict)
    tests: Mapping[str, set[str]] = defaultdict(set)
    for execution in executions:
        for test, what, name, _ in execution.outside:
            if test and QUIET_FILES not in name:
                names[what][name] = None
                tests[what].add(test)
    yield from (Shared(what, tuple(names[what]), len(tests[what])) for what in _TURNS if what in names)


def _slow_tests(executions: Iterable[Execution]) -> tuple[SlowTest, ...]:
    seconds: dict[str, list[float]] = defaultdict(list)
    for execution in executions:
        for run in execution.runs:
            seconds[run.test].append(run.seconds)
    found = (SlowTest(test, len(each), _sum(each)) for test, each in seconds.items())
    return tuple(sorted(found, key=lambda each: -each.seconds)[:MOST])


def _slow(each: Execution) -> SlowExecution:
    return SlowExecution(each.id, each.order.name, len(each.runs), each.seconds, each.cpu)


def _sum(seconds: Iterable[float]) -> float:
    return round(sum(seconds), 3)
