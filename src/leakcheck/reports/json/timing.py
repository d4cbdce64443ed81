"""Where the time of an audit went, as plain data."""

from __future__ import annotations

from typing import Any

from leakcheck.records.timing import CpuShares, Timing, TimingRow
from leakcheck.reports.wording.local_paths import Local
from leakcheck.reports.wording.timing import dominating

Json = dict[str, Any]


def timing_document(timing: Timing, local: Local) -> Json:
    """The object `timing` of the report; what was not recorded is null."""
    return {
        "hint": dominating(timing),
        "phases": [_row(row) for row in timing.rows],
        "cpu": None if timing.cpu is None else _cpu(timing.cpu),
        "fresh_processes": timing.fresh,
        "prepared_processes": timing.nodes,
        "exclusive_executions": timing.exclusive,
        "exclusive_seconds": timing.exclusive_seconds,
        "turns_seconds": timing.turns,
        "imports_seconds": timing.imports,
        "shared": [
            {"what": each.what, "names": [local(name) for name in each.names], "tests": each.tests}
            for each in timing.shared
        ],
        "slow_tests": [
            {"test": each.test, "runs": each.runs, "seconds": each.seconds} for each in timing.slow_tests
        ],
        "slow_executions": [
            {
                "id": each.id,
                "order": each.order,
                "tests": each.tests,
                "seconds": each.seconds,
                "cpu_seconds": each.cpu,
            }
            for each in timing.slow_executions
        ],
    }


def _row(row: TimingRow) -> Json:
    return {
        "name": row.name,
        "executions": row.executions,
        "tests": row.tests,
        "seconds": row.seconds,
        "cpu_seconds": row.cpu,
        "waiting_seconds": row.waiting,
    }


def _cpu(cpu: CpuShares) -> Json:
    return {"forked": cpu.forked, "fresh": cpu.fresh, "prepared": cpu.nodes, "own": cpu.own, "rest": cpu.rest}
