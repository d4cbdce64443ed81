"""A plan for so many processes out of an audit, run to show that it holds."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from leakcheck.analysis.planning.constraints import Constraints, constraints_of
from leakcheck.analysis.planning.sharing_out import Shares, share_out
from leakcheck.audit.planning.executing import Executing, Ran
from leakcheck.audit.planning.plan_file import Plan, PlanKind, text_of
from leakcheck.errors import UsageError
from leakcheck.nouns import plural
from leakcheck.orders.xdist import PLANS
from leakcheck.orders.xdist.workers import distributed
from leakcheck.progress import Progress
from leakcheck.records import Result
from leakcheck.store import Audit
from leakcheck.workspace.project_copy import copy_of
from leakcheck.workspace.project_lock import in_turn

PLUGIN = "leakcheck_order"
_NEEDED: Mapping[PlanKind, str] = {"xdist": "pytest-xdist", "split": "pytest-split"}
_TROUBLED = frozenset({"failing", "flaky", "crashing", "timeout"})


@dataclass(frozen=True)
class Planned:
    """A plan, what it keeps, and what it should take by the durations of the audit, beside the same number of
    processes without it. `ran` and `without` are what executions came to; `troubled` fail whoever runs before."""

    plan: Plan
    kept: Constraints
    shares: Shares
    seconds: float
    unbound: float
    troubled: frozenset[str] = frozenset()
    ran: Ran | None = None
    without: Ran | None = None

    @property
    def failed(self) -> tuple[str, ...]:
        """Tests that pass alone and failed all the same, or did not run."""
        if self.ran is None:
            return ()
        missing = (test for share in self.plan.shares for test in share if test not in self.ran.ran)
        return tuple(test for test in (*self.ran.failed, *missing) if test not in self.troubled)


def planned(audit: Audit, result: Result, number: int, kind: PlanKind) -> Planned:
    """The plan, out of what is known."""
    declared = (each for each in audit.executions if each.order.kind == "declared")
    seconds = {run.test: run.seconds for each in declared for run in each.runs}
    ids = audit.suite.ids
    kept = constraints_of(ids, result.edges, result.leaks)
    shares = share_out(ids, seconds, number, kept)
    _, unbound = distributed(ids, seconds, number, PLANS["load"])
    troubled = frozenset(test.id for test in result.tests if test.verdict in _TROUBLED)
    plan = Plan(kind, shares.tests)
    return Planned(plan, kept, shares, max(shares.seconds), unbound, troubled | frozenset(kept.stuck))


def check_plugins(audit: Audit, kind: PlanKind) -> None:
    """UsageError unless the audited project has what shares tests out."""
    name = _NEEDED[kind]
    if name not in audit.suite.plugins:
        raise UsageError(
            f"the environment of the tests has no {name}, which runs the plan",
            hint=f"Install {name} there and audit again, or write the plan with --no-run.",
        )


def executed(found: Planned, audit: Audit, progress: Progress) -> Planned:
    """The same, with what the plan and a run without it came to, in a copy of the project."""
    options, suite = audit.asked_for, audit.suite
    python = _absolute(options.python, Path.cwd())
    with in_turn(Path.cwd(), progress), copy_of(Path(suite.rootdir)) as copy:
        arguments = [copy.moved(each) for each in (*options.pytest_args, *options.paths)]
        copy.write({f"{suite.invocation}/{PLUGIN}.py": file_text(found, audit)})
        with copy.entered(suite.invocation, python):
            executing = Executing(suite, arguments, python)
            progress.phase("plan", 2)
            ran = executing.with_plan(found.plan, PLUGIN)
            progress.step("with the plan")
            without = executing.without(found.plan)
            progress.step("without it")
    return replace(found, ran=ran, without=without)


def command(plan: Plan, plugin: str = PLUGIN) -> str:
    """What the user types; of shards, the first."""
    return shlex.join(["python", "-m", "pytest", *plan.arguments(plugin)])


def file_text(found: Planned, audit: Audit, plugin: str = PLUGIN) -> str:
    """The plan as a file that pytest loads as `plugin`."""
    return text_of(found.plan, command(found.plan, plugin), plural(len(audit.suite.ids), "test"))


def _absolute(python: str, here: Path) -> str:
    """The interpreter, wherever one stands: a bare name is looked up as ever."""
    return str(here / python) if os.sep in python and not os.path.isabs(python) else python
