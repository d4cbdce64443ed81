"""Calibration: the rig proves itself before it accuses anybody."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from leakcheck.audit.bench import Bench
from leakcheck.records import Execution, Order
from leakcheck.strategies.declared import Strategy as Declared


def calibrate(bench: Bench) -> None:
    """Run the declared order recorded and unrecorded; where they differ steadily, stop to fork.

    The control run was begun by the caller, beside the collection of the suite.
    """
    bench.run("declared", Declared().propose(bench.view()))
    _finish_control(bench)
    odd = _differing(bench)
    if odd:
        _again(bench)
        odd = _differing(bench)
    if odd and bench.engine.fork:
        bench.note("engine", _fallback_text(odd, bench))
        bench.engine.fork = False
        _again(bench, control=False)
        odd = _differing(bench)
    if odd:
        bench.note(
            "recorder",
            f"differs from plain pytest even in a process of its own: {odd[0]} (and {len(odd) - 1} more)",
        )


def _finish_control(bench: Bench) -> None:
    for job in [job for job in bench.engine.jobs.values() if job.mode == "control"]:
        _keep_control(bench, bench.engine.finish(job))


def _keep_control(bench: Bench, execution: Execution) -> None:
    bench.control.append(execution)
    last = execution.runs[-1] if execution.runs else None
    if last is not None and last.outcome in ("crashed", "timeout"):
        bench.lethal.setdefault(last.test, last.outcome)
        _control_again(bench)


def _control_again(bench: Bench) -> None:
    order = Order("control", "declared", (), without=tuple(sorted(bench.lethal)))
    bench.progress.phase("control", 1)
    _keep_control(bench, bench.engine.finish(bench.engine.control(order)))
    bench.progress.step("control")


def _again(bench: Bench, *, control: bool = True) -> None:
    """Both once more, one after the other, so that neither can disturb the other."""
    if control:
        _control_again(bench)
    repeats = [
        Order(order.name, order.kind, order.tests, repeat=time.monotonic_ns())
        for order in Declared().propose(bench.view())
    ]
    bench.run("declared", repeats, lanes=1)


def _differing(bench: Bench) -> list[str]:
    """Tests whose outcomes are steady on both sides and differ between them."""
    plain = _outcomes(bench.control)
    recorded = _outcomes([each for each in bench.executions if _counts(each, bench)])
    return [
        test
        for test, outcomes in plain.items()
        if len(outcomes) == 1 and len(recorded.get(test, ())) == 1 and outcomes != recorded[test]
    ]


def _counts(execution: Execution, bench: Bench) -> bool:
    return execution.order.kind == "declared" and (bench.engine.fork or execution.engine != "fork")


def _outcomes(executions: Sequence[Execution]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for execution in executions:
        for run in execution.runs:
            found.setdefault(run.test, set()).add(run.outcome)
    return {test: frozenset(outcomes) for test, outcomes in found.items()}


def _fallback_text(odd: Sequence[str], bench: Bench) -> str:
    more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
    return f"a fork behaves otherwise than plain pytest ({odd[0]}{more}): each order runs in a new process"
