"""The result of a stored audit. It runs nothing: `leakcheck run` ends with it, `leakcheck report` is it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from leakcheck.analysis import derive
from leakcheck.audit.excerpts import excerpts_of
from leakcheck.records import Cost, Result
from leakcheck.store import Audit, AuditFolder, read_audit

BUDGET = "budget"


def result_of(folder: AuditFolder, fail_on: str = "error") -> Result:
    """Read the audit in `folder` and derive what it means; `fail_on` is the gate's severity."""
    audit = read_audit(folder)
    notes = [note.text for note in audit.notes]
    if not audit.finished:
        notes.append("this audit was not finished: what follows is what was recorded until then")
    result = derive(
        audit.suite,
        audit.executions,
        cost=_cost(audit, folder),
        leakcheck=audit.leakcheck,
        engine="fork" if forked(audit) else "spawn",
        lanes=audit.lanes,
        fail_on=fail_on,
        budget_exhausted=any(note.topic == BUDGET for note in audit.notes),
        budget=_budget(audit.options),
        notes=notes,
    )
    sources = (source for leak in result.leaks for source in leak.sources)
    return replace(result, excerpts=excerpts_of(audit.suite.rootdir, sources, _ended(audit)))


def _ended(audit: Audit) -> datetime | None:
    """When the audit was over; None if that is not known."""
    try:
        return datetime.fromisoformat(audit.created) + timedelta(seconds=audit.seconds + 1)
    except ValueError:
        return None


def _budget(options: Mapping[str, str]) -> str:
    amount = options.get("budget", "").removesuffix(".0")
    what = "seconds" if options.get("budget_unit") == "seconds" else "runs of the declared order"
    return f"{amount} {what}" if amount else ""


def forked(audit: Audit) -> bool:
    """Whether the audit forked to its end: a fallback is a note of the topic `engine`."""
    any_fork = any(execution.engine == "fork" for execution in audit.executions)
    return any_fork and not any(note.topic == "engine" for note in audit.notes)


def _cost(audit: Audit, folder: AuditFolder) -> Cost:
    whole = [each.seconds for each in audit.control if each.status == "finished"]
    executions = (*audit.executions, *audit.control)
    forks = sum(execution.engine == "fork" for execution in executions)
    nodes = sum(tag == "suite" or tag.startswith("node") for tag in folder.tags())
    return Cost(
        plain_seconds=round(min(whole, default=0.0), 3),
        audit_seconds=round(audit.seconds, 3),
        executions=len(executions),
        test_executions=sum(len(execution.runs) for execution in executions),
        processes=len(executions) - forks + (forks > 0),
        forks=forks + nodes if forks else 0,
    )
