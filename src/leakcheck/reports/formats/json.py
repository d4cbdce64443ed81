"""The JSON report, format 1. Its schema is made by `reports.schema` and stands there."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from leakcheck.records import (
    AlsoLeft,
    Certificate,
    Cost,
    Edge,
    Finding,
    Fix,
    JointFix,
    Leak,
    OrderSummary,
    PathChange,
    ProvenFix,
    Replaced,
    Result,
    Source,
    Suite,
    TestVerdict,
)
from leakcheck.reports.json.timing import timing_document
from leakcheck.reports.wording.local_paths import Local

SCHEMA_VERSION = 1

# Characters that JSON allows raw, but that a terminal obeys, an editor hides, or UTF-8 cannot hold.
_RISKY = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")

Json = dict[str, Any]


class Report:
    """Everything that the audit found, for programs."""

    name = "json"
    help = "the JSON report, for programs."
    appends = False

    def render(self, result: Result) -> str:
        """A JSON document that the shipped schema describes, its keys always in the same order."""
        return dumped(document(result))


def dumped(data: object) -> str:
    """`data` as JSON, readable, with nothing hidden in it."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return _RISKY.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def document(result: Result) -> Json:
    """The report as plain data. Paths below the rootdir are relative to it, wherever they stand."""
    local = Local(result.suite.rootdir)
    return {
        "schema_version": SCHEMA_VERSION,
        "leakcheck": result.leakcheck,
        "suite": _suite(result, local),
        "cost": _cost(result.cost),
        "orders": [_order(order) for order in result.orders],
        "tests": [_test(test, local) for test in result.tests],
        "leaks": [_leak(leak, local) for leak in result.leaks],
        "edges": [_edge(edge) for edge in result.edges],
        "findings": [_finding(finding, local) for finding in result.findings],
        "certificate": _certificate(result.certificate),
        "verdict": result.verdict,
        "exit_code": result.exit_code,
        "notes": [local(note) for note in result.notes],
        "gate": _gate(result, local),
        "fixes": [_fix(fix, local) for fix in result.fixes],
        "joint_fixes": [_joint_fix(fix) for fix in result.joint_fixes],
        "groups": [list(group) for group in result.groups],
        "timing": timing_document(result.timing, local),
        "proven_fixes": [_proven_fix(fix) for fix in result.proven_fixes],
    }


def _suite(result: Result, local: Local) -> Json:
    suite: Suite = result.suite
    return {
        "rootdir": ".",
        "args": [local(arg) for arg in suite.args],
        "tests": len(result.tests),
        "python": suite.python,
        "pytest": suite.pytest,
        "engine": result.engine,
        "lanes": result.lanes,
        "neutralised": list(suite.neutralised),
    }


def _cost(cost: Cost) -> Json:
    return {
        "plain_seconds": _seconds(cost.plain_seconds),
        "audit_seconds": _seconds(cost.audit_seconds),
        "executions": cost.executions,
        "test_executions": cost.test_executions,
        "processes": cost.processes,
        "forks": cost.forks,
        "plain_cpu_seconds": _seconds(cost.plain_cpu_seconds),
        "audit_cpu_seconds": _seconds(cost.audit_cpu_seconds),
    }


def _seconds(value: float) -> float:
    return round(value, 3) if math.isfinite(value) else 0.0


def _order(order: OrderSummary) -> Json:
    return {
        "name": order.name,
        "kind": order.kind,
        "seed": order.seed,
        "outcomes": dict(order.outcomes),
        "reproduce": order.reproduce,
    }


def _test(test: TestVerdict, local: Local) -> Json:
    return {
        "id": test.id,
        "verdict": test.verdict,
        "roles": list(test.roles),
        "outcomes": dict(test.outcomes),
        "crash": local(test.crash),
        "seen": test.seen,
        "reproduce": list(test.reproduce),
    }


def _leak(leak: Leak, local: Local) -> Json:
    return {
        "id": leak.id,
        "kind": leak.location.kind,
        "owner": leak.location.owner,
        "key": leak.location.key,
        "impact": leak.impact,
        "polluters": list(leak.polluters),
        "victims": list(leak.victims),
        "readers": list(leak.readers),
        "sources": [_source(source, local) for source in leak.sources],
        "before": local(leak.before),
        "after": local(leak.after),
        "path": leak.path,
        "paths": [_path(change, local) for change in leak.paths],
        "reach": leak.reach,
        "internal": leak.internal,
        "also": [_also(each, local) for each in leak.also],
    }


def _also(left: AlsoLeft, local: Local) -> Json:
    return {
        "kind": left.location.kind,
        "owner": left.location.owner,
        "key": left.location.key,
        "before": local(left.before),
        "after": local(left.after),
    }


def _source(source: Source, local: Local) -> Json:
    return {
        "file": local(source.file),
        "line": source.line,
        "function": source.function,
        "fixture": source.fixture,
        "scope": source.scope,
        "phase": source.phase,
    }


def _path(change: PathChange, local: Local) -> Json:
    return {"path": change.path, "before": local(change.before), "after": local(change.after)}


def _edge(edge: Edge) -> Json:
    return {
        "from": list(edge.polluters),
        "to": edge.test,
        "effect": edge.effect,
        "leak": edge.leak,
        "witness": list(edge.witness),
        "confirmed": edge.confirmed,
        "counterfactual": edge.counterfactual,
        "reproduce": edge.reproduce,
        "executions": list(edge.executions),
    }


def _finding(finding: Finding, local: Local) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "title": finding.title,
        "file": local(finding.file),
        "line": finding.line,
        "tests": list(finding.tests),
        "leak": finding.leak,
        "fix": finding.fix,
        "ignored": finding.ignored or None,
        "known": finding.known,
        "new": list(finding.new),
        "why": local(finding.why),
    }


def _fix(fix: Fix, local: Local) -> Json:
    return {
        "id": fix.id,
        "leaks": list(fix.leaks),
        "file": local(fix.file),
        "line": fix.line,
        "fixture": fix.fixture,
        "frees": list(fix.frees),
        "touches": list(fix.touches),
        "exposes": list(fix.exposes),
        "advice": fix.advice,
    }


def _joint_fix(fix: JointFix) -> Json:
    return {"tests": list(fix.tests), "fixes": list(fix.fixes), "enough": fix.enough}


def _proven_fix(fix: ProvenFix) -> Json:
    return {
        "leaks": list(fix.leaks),
        "how": fix.how,
        "proof": list(fix.proof),
        "cost": fix.cost,
        "diff": fix.diff,
        "parts": [_replaced(part) for part in fix.parts],
    }


def _replaced(part: Replaced) -> Json:
    return {"file": part.file, "line": part.line, "removed": part.removed, "lines": list(part.lines)}


def _certificate(certificate: Certificate) -> Json:
    return {
        "pairs_total": certificate.pairs_total,
        "pairs_covered": certificate.pairs_covered,
        "unexplained": [{"test": each.test, "witness": list(each.witness)} for each in certificate.unexplained],
        "kinds": _by_name(certificate.kinds),
        "budget_exhausted": certificate.budget_exhausted,
        "budget": certificate.budget,
        "covered_by": dict(certificate.covered_by),
        "profile": certificate.profile,
        "limits": list(certificate.limits),
        "economies": list(certificate.economies),
        "never_alone": list(certificate.never_alone),
        "orders_not_run": list(certificate.orders_not_run),
        "alone": certificate.alone,
        "in_rows": certificate.in_rows,
    }


def _gate(result: Result, local: Local) -> Json:
    found = result.findings
    return {
        "fail_on": result.gate.fail_on,
        "baseline": local(result.gate.baseline) or None,
        "counted": sum(not each.ignored and not each.known for each in found),
        "known": sum(each.known for each in found),
        "ignored": sum(bool(each.ignored) for each in found),
        "fixed": list(result.gate.fixed),
        "remarks": [local(remark) for remark in result.gate.remarks],
    }


def _by_name(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: values[name] for name in sorted(values)}
